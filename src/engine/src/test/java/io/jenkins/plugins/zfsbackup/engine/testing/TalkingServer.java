package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port where something answers that is no SFTP server: it says what a test has it say, to whoever connects. */
public final class TalkingServer implements AutoCloseable {

    private final ServerSocket entrance;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /** What it says to one who has connected; the connection stays open afterwards. */
    @FunctionalInterface
    public interface Speech {
        /** Says it. */
        void to(OutputStream out) throws IOException;
    }

    /** Opens a port on 127.0.0.1. */
    public TalkingServer(Speech speech) {
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(() -> accept(speech));
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return entrance.getLocalPort();
    }

    private void accept(Speech speech) {
        while (!entrance.isClosed()) {
            try {
                Socket socket = entrance.accept();
                sockets.add(socket);
                start(() -> speak(speech, socket));
            } catch (IOException e) {
                // The entrance is closed.
                return;
            }
        }
    }

    private static void speak(Speech speech, Socket socket) {
        try {
            speech.to(socket.getOutputStream());
        } catch (IOException e) {
            // Whoever listened has hung up.
            return;
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "talking-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            entrance.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
