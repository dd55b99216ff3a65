package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.SocketFactory;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/**
 * Makes one connection's socket, notes what moves on it, and can close it at any time. Closing the socket is the one
 * thing that frees all who are stuck in JSch, also a writer whose peer takes nothing: that one holds locks that every
 * politer way to end the connection would wait for.
 */
final class WatchedSockets implements SocketFactory {

    private final int connectMillis;
    private final StallDetector progress;
    private final Greeting greeting;
    private Socket socket;
    private boolean closed;
    private volatile boolean connected;

    WatchedSockets(Duration connect, StallDetector progress, Greeting greeting) {
        this.connectMillis = (int) Math.min(Integer.MAX_VALUE, connect.toMillis());
        this.progress = progress;
        this.greeting = greeting;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        IOException last = null;
        for (InetAddress address : InetAddress.getAllByName(host)) {
            Socket candidate = register();
            try {
                candidate.connect(new InetSocketAddress(address, port), connectMillis);
                candidate.setKeepAlive(true);
                progress.sent();
                connected = true;
                return candidate;
            } catch (IOException e) {
                candidate.close();
                last = e;
            }
        }
        throw last;
    }

    private synchronized Socket register() throws IOException {
        if (closed) {
            throw new IOException("the connection was closed");
        }
        socket = new Socket();
        return socket;
    }

    /** Whether the other side has taken the connection. */
    boolean connected() {
        return connected;
    }

    /** Closes the socket; whoever waits on it fails at once. */
    synchronized void close() {
        closed = true;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // A socket that can't be closed is not open any more either.
                return;
            }
        }
    }

    @Override
    public InputStream getInputStream(Socket from) throws IOException {
        // JSch reads each packet in two or three small pieces.
        return new BufferedInputStream(
                new FilterInputStream(from.getInputStream()) {
                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        int read = super.read(bytes, offset, length);
                        progress.received();
                        greeting.received(bytes, offset, Math.max(0, read));
                        return read;
                    }
                },
                1 << 16);
    }

    @Override
    public OutputStream getOutputStream(Socket to) throws IOException {
        return new FilterOutputStream(to.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                progress.sent();
            }
        };
    }
}
