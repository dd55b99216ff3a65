package io.jenkins.plugins.zfsbackup.agent;

import hudson.FilePath;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import jenkins.model.Jenkins;

/**
 * The engine's classes on the controller, for what is asked of them in a form. They live in a class loader of their
 * own, so that no library of the engine meets one of Jenkins; no backup is ever made there.
 */
public final class ControllerEngine {

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

    /** A class of the engine, to be used by reflection with types of the JDK alone. */
    public static Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, true, Lazy.LOADER);
    }
}
