package io.jenkins.plugins.zfsbackup.engine.sftp;

import com.jcraft.jsch.SocketFactory;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Sockets that are closed when a write does not get on: Java can limit the time of a read, but a peer that is there and
 * takes nothing would hold a writer for ever.
 */
final class WatchedSockets implements SocketFactory, AutoCloseable {

    private final int connectMillis;
    private final long stallNanos;
    private final Set<Watched> writing = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch;

    WatchedSockets(Duration stall) {
        connectMillis = (int) Math.min(20_000, stall.toMillis());
        stallNanos = stall.toNanos();
        watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sftp-watch");
            thread.setDaemon(true);
            return thread;
        });
        long period = Math.max(100, stall.toMillis() / 4);
        watch.scheduleWithFixedDelay(this::closeStalled, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), connectMillis);
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public InputStream getInputStream(Socket socket) throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream getOutputStream(Socket socket) throws IOException {
        return new Watched(socket);
    }

    private void closeStalled() {
        long now = System.nanoTime();
        for (Watched each : writing) {
            if (now - each.since > stallNanos) {
                each.closeSocket();
            }
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    private final class Watched extends FilterOutputStream {
        private final Socket socket;
        private volatile long since;

        Watched(Socket socket) throws IOException {
            super(socket.getOutputStream());
            this.socket = socket;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            since = System.nanoTime();
            writing.add(this);
            try {
                out.write(bytes, offset, length);
            } finally {
                writing.remove(this);
            }
        }

        void closeSocket() {
            try {
                socket.close();
            } catch (IOException e) {
                // The writer sees that its socket is gone, which is all that this is for.
                writing.remove(this);
            }
        }
    }
}
