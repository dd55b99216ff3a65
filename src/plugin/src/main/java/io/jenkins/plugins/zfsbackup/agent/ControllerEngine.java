package io.jenkins.plugins.zfsbackup.agent;

import hudson.FilePath;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import jenkins.model.Jenkins;

/**
 * The engine's classes on the controller, for what is asked of them in a form. They live in a class loader of their
 * own, so that no library of the engine meets one of Jenkins; no backup is ever made there.
 */
public final class ControllerEngine {

    private static final String MAIN = "io.jenkins.plugins.zfsbackup.engine.cli.Main";

    private ControllerEngine() {}

    private static final class Lazy {
        private static final ClassLoader LOADER = loader();

        private static ClassLoader loader() {
            try {
                FilePath jar = EngineJar.bringTo(new FilePath(Jenkins.get().getRootDir()));
                URL[] urls = {new File(jar.getRemote()).toURI().toURL()};
                return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
            } catch (IOException e) {
                throw new IllegalStateException("The engine can't be copied to Jenkins' home: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the engine was copied", e);
            }
        }
    }

    /**
     * Asks the engine, by its one entry for requests.
     *
     * @return its answer, in JSON
     */
    public static byte[] answer(EngineRequest request) throws IOException {
        try {
            return (byte[]) Class.forName(MAIN, true, Lazy.LOADER)
                    .getMethod("answer", byte[].class)
                    .invoke(null, (Object) request.bytes(""));
        } catch (InvocationTargetException e) {
            throw new IOException("The engine can't answer: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The engine in this plugin is another version: " + e.getMessage(), e);
        }
    }
}
