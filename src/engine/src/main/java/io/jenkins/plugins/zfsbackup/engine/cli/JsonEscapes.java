package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import io.jenkins.plugins.zfsbackup.engine.model.PlainText;

/**
 * What is written as {@code \}{@code uXXXX} in documents: beyond what JSON demands (RFC 8259, section 7) all that
 * {@link PlainText} does not let pass, because people look at documents on terminals too.
 */
final class JsonEscapes extends CharacterEscapes {

    private static final long serialVersionUID = 1;
    private static final int DELETE = 0x7f;

    private final int[] ascii = standardAsciiEscapesForJSON();

    JsonEscapes() {
        ascii[DELETE] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return ascii.clone();
    }

    /**
     * Jackson asks for each UTF-16 code unit; both halves of a character beyond the first 65,536 are escaped, which is
     * always right.
     */
    @Override
    public SerializableString getEscapeSequence(int unit) {
        return PlainText.isPlain(unit) ? null : new SerializedString(String.format("\\u%04X", unit));
    }
}
