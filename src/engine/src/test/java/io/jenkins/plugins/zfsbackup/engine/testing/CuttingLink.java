package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A port that leads to another one, counts what is sent there, and once cuts the connection on which it has counted
 * enough.
 */
public final class CuttingLink implements AutoCloseable {

    private final ServerSocket entrance;
    private final int target;
    private final long cutAfter;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /**
     * Opens a port on 127.0.0.1.
     *
     * @param target the port it leads to
     * @param cutAfter bytes on all connections together after which the one that brings more is cut, once
     */
    public CuttingLink(int target, long cutAfter) {
        this.target = target;
        this.cutAfter = cutAfter;
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    /** Where it begins, on 127.0.0.1. */
    public int port() {
        return entrance.getLocalPort();
    }

    /** Bytes that came in to be sent, on all connections. */
    public long sent() {
        return sent.get();
    }

    /** Connections that were made so far. */
    public int connections() {
        return connections.get();
    }

    /** Whether it has cut one. */
    public boolean cut() {
        return cuts.get() > 0;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = entrance.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(near);
                sockets.add(far);
                connections.incrementAndGet();
                start(() -> carry(near, far, true));
                start(() -> carry(far, near, false));
            }
        } catch (IOException e) {
            // The entrance is closed.
            shutAll();
        }
    }

    private void carry(Socket from, Socket to, boolean counted) {
        byte[] buffer = new byte[1 << 15];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (counted && sent.addAndGet(read) > cutAfter && cuts.getAndIncrement() == 0) {
                    break;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One side is gone, and takes the other along.
            shut(to);
        } finally {
            shut(from);
            shut(to);
        }
    }

    private void shutAll() {
        sockets.forEach(CuttingLink::shut);
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "cutting-link");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            entrance.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        shutAll();
    }
}
