package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.io.IOException;

/** Sends from one dataset to another, by way of this process, as a backup and a restore do. */
final class Relay {

    private final Zfs zfs;

    Relay(Zfs zfs) {
        this.zfs = zfs;
    }

    /** The whole stream. */
    byte[] read(SendRequest request) throws IOException {
        try (SendProcess send = zfs.send(request)) {
            byte[] stream = send.stream().readAllBytes();
            send.finish();
            return stream;
        }
    }

    void write(byte[] stream, String target) throws IOException {
        try (ReceiveProcess receive = zfs.receive(new DatasetName(target))) {
            receive.stream().write(stream);
            receive.finish();
        }
    }

    void copy(SendRequest request, String target) throws IOException {
        write(read(request), target);
    }
}
