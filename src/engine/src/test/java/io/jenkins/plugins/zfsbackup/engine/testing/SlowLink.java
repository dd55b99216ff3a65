package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A port that leads to another one over a long way: every byte arrives late, and the way can be blocked. */
public final class SlowLink implements AutoCloseable {

    private final ServerSocket entrance;
    private final int target;
    private final long delayNanos;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean frozen;

    /**
     * Opens a port on 127.0.0.1.
     *
     * @param target the port it leads to
     * @param roundTrip how long a byte and its answer are on the way together
     */
    public SlowLink(int target, Duration roundTrip) {
        this.target = target;
        this.delayNanos = roundTrip.toNanos() / 2;
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

    /** Connections that were made through it so far. */
    public int connections() {
        return connections.get();
    }

    /** Nothing arrives any more and nothing is taken, and nobody is told: as when the network cable is pulled. */
    public void freeze() {
        frozen = true;
    }

    /** Cuts all that goes through it. */
    public void cut() {
        sockets.forEach(SlowLink::shut);
    }

    private void accept() {
        try {
            while (true) {
                Socket near = entrance.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                sockets.add(near);
                sockets.add(far);
                connections.incrementAndGet();
                carry(near, far);
                carry(far, near);
            }
        } catch (IOException e) {
            // The entrance is closed, or nobody is behind it any more.
            close();
        }
    }

    private record Piece(long due, byte[] bytes) {}

    private void carry(Socket from, Socket to) {
        BlockingQueue<Piece> underWay = new LinkedBlockingQueue<>(4096);
        start(() -> {
            try {
                InputStream in = from.getInputStream();
                byte[] buffer = new byte[1 << 16];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    while (frozen && !from.isClosed()) {
                        LockSupport.parkNanos(10_000_000);
                    }
                    underWay.put(new Piece(System.nanoTime() + delayNanos, java.util.Arrays.copyOf(buffer, read)));
                }
                underWay.put(new Piece(System.nanoTime() + delayNanos, new byte[0]));
            } catch (IOException e) {
                cutBoth(from, to);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        start(() -> {
            try {
                OutputStream out = to.getOutputStream();
                for (Piece piece = underWay.take(); piece.bytes.length > 0; piece = underWay.take()) {
                    for (long wait = piece.due - System.nanoTime(); wait > 0; wait = piece.due - System.nanoTime()) {
                        LockSupport.parkNanos(wait);
                    }
                    out.write(piece.bytes);
                }
                to.shutdownOutput();
            } catch (IOException e) {
                cutBoth(from, to);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void cutBoth(Socket one, Socket other) {
        shut(one);
        shut(other);
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "slow-link");
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
        cut();
    }
}
