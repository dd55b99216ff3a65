package io.jenkins.plugins.zfsbackup.agent;

import java.io.IOException;

/** A document is not what it should be. The message says how, to go on a sentence about the document. */
public final class JsonException extends IOException {

    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message);
    }
}
