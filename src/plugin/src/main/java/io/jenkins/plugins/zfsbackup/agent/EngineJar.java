package io.jenkins.plugins.zfsbackup.agent;

import hudson.FilePath;
import hudson.Util;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The engine's runnable jar, which travels inside the plugin and is copied to an agent once per content: a file there
 * whose name carries the hash is whole, because it gets that name by a rename after the copy.
 */
final class EngineJar {

    private static final Logger LOGGER = Logger.getLogger(EngineJar.class.getName());
    private static final String RESOURCE = "engine.jar";

    private EngineJar() {}

    /** SHA-256 and size are those of the jar in this plugin. */
    private record Content(String hash, long size) {}

    private static final class Lazy {
        private static final Content CONTENT = read();

        private static Content read() {
            try (InputStream in = open();
                    DigestInputStream hashed = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
                long size = hashed.transferTo(OutputStream.nullOutputStream());
                return new Content(Util.toHexString(hashed.getMessageDigest().digest()), size);
            } catch (IOException | NoSuchAlgorithmException e) {
                throw new IllegalStateException("The plugin's own file can't be read: " + e.getMessage(), e);
            }
        }
    }

    private static InputStream open() throws IOException {
        InputStream in = EngineJar.class.getResourceAsStream(RESOURCE);
        if (in == null) {
            throw new FileNotFoundException(RESOURCE + " is missing from the plugin");
        }
        return in;
    }

    /**
     * Sees to it that the jar is on the agent.
     *
     * @param root the agent's root folder
     * @return the jar there
     */
    static FilePath bringTo(FilePath root) throws IOException, InterruptedException {
        FilePath folder = EngineFolder.below(root);
        FilePath jar = folder.child("engine-" + Lazy.CONTENT.hash() + ".jar");
        if (!isWhole(jar)) {
            copyTo(folder, jar.getName());
        }
        try {
            EngineFolder.noteStart(jar);
        } catch (IOException e) {
            // The jar is there, and that is what counts; the folder may be another user's.
            LOGGER.log(Level.WARNING, "Earlier versions of the engine beside " + jar + " can't be removed", e);
        }
        return jar;
    }

    private static boolean isWhole(FilePath jar) throws IOException, InterruptedException {
        return jar.exists() && jar.length() == Lazy.CONTENT.size();
    }

    private static void copyTo(FilePath folder, String name) throws IOException, InterruptedException {
        folder.mkdirs();
        FilePath next = folder.child("engine-" + UUID.randomUUID() + ".next");
        try (InputStream in = open()) {
            next.copyFrom(in);
            EngineFolder.publish(next, name);
        } catch (IOException e) {
            next.delete();
            throw e;
        }
    }
}
