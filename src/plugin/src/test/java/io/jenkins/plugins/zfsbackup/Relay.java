package io.jenkins.plugins.zfsbackup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between an agent and its controller and sees all that crosses. What goes from the controller to the agent can
 * be searched: over a WebSocket without TLS, only the frames the other way are masked (RFC 6455, section 5.3).
 */
final class Relay implements AutoCloseable {

    private final ServerSocket server;
    private final int controller;
    private final AtomicLong toController = new AtomicLong();
    private final ByteArrayOutputStream toAgent = new ByteArrayOutputStream();

    Relay(int controller) throws IOException {
        this.controller = controller;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket agent = server.accept();
                Socket jenkins = new Socket(InetAddress.getLoopbackAddress(), controller);
                start(() -> copy(agent, jenkins, false));
                start(() -> copy(jenkins, agent, true));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private void copy(Socket from, Socket to, boolean kept) {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (kept) {
                    synchronized (toAgent) {
                        toAgent.write(buffer, 0, read);
                    }
                } else {
                    toController.addAndGet(read);
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One side has hung up: so does the other.
        }
    }

    /** Bytes that have gone from the agent to the controller. */
    long bytesToController() {
        return toController.get();
    }

    /** Bytes that have gone from the controller to the agent. */
    long bytesToAgent() {
        synchronized (toAgent) {
            return toAgent.size();
        }
    }

    /** Whether a text has gone from the controller to the agent, in one piece. */
    boolean toAgentHas(String text) {
        synchronized (toAgent) {
            return toAgent.toString(StandardCharsets.ISO_8859_1).contains(text);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
