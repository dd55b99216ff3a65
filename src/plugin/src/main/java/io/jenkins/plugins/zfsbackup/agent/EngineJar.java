package io.jenkins.plugins.zfsbackup.agent;

import hudson.AbortException;
import hudson.FilePath;
import hudson.Util;
import hudson.remoting.VirtualChannel;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.MasterToSlaveFileCallable;

/**
 * The engine's runnable jar, which travels inside the plugin and is copied to an agent once per content. Its name there
 * carries its hash, and the file is held against it before each start: one that was cut or changed is brought again.
 */
final class EngineJar {

    private static final Logger LOGGER = Logger.getLogger(EngineJar.class.getName());
    private static final String RESOURCE = "engine.jar";

    /** A slow disk reads the jar in a few seconds. */
    private static final long HASH_SECONDS = 120;

    /** A slow line takes minutes. */
    private static final long COPY_SECONDS = 1_800;

    private EngineJar() {}

    private static final class Lazy {
        private static final String HASH = read();

        private static String read() {
            try (InputStream in = open()) {
                return hash(in);
            } catch (IOException e) {
                throw new IllegalStateException("The plugin's own file can't be read: " + e.getMessage(), e);
            }
        }
    }

    /** SHA-256, in hexadecimal. */
    private static String hash(InputStream in) throws IOException {
        try (DigestInputStream hashed = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            hashed.transferTo(OutputStream.nullOutputStream());
            return Util.toHexString(hashed.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** The hash of a file on an agent; empty if it is not there. */
    private static final class HashOf extends MasterToSlaveFileCallable<String> {

        private static final long serialVersionUID = 1L;

        @Override
        public String invoke(File file, VirtualChannel channel) throws IOException {
            try (InputStream in = Files.newInputStream(file.toPath())) {
                return hash(in);
            } catch (NoSuchFileException e) {
                return "";
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
        FilePath jar = folder.child("engine-" + Lazy.HASH + ".jar");
        if (!isWhole(jar)) {
            copyTo(folder, jar.getName());
            if (!isWhole(jar)) {
                throw new AbortException(Messages.jarChanged(jar.getRemote()));
            }
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
        return TimeLimit.within(HASH_SECONDS, () -> jar.act(new HashOf())).equals(Lazy.HASH);
    }

    private static void copyTo(FilePath folder, String name) throws IOException, InterruptedException {
        folder.mkdirs();
        FilePath next = folder.child("engine-" + UUID.randomUUID() + ".next");
        try (InputStream in = open()) {
            TimeLimit.within(COPY_SECONDS, () -> {
                next.copyFrom(in);
                return next;
            });
            EngineFolder.publish(next, name);
        } catch (IOException e) {
            next.delete();
            throw e;
        }
    }
}
