package io.jenkins.plugins.zfsbackup.engine.model;

/**
 * Text that nobody vouches for, such as a name from a manifest or what a server has said, in a form that can't steer a
 * terminal, forge a line of a log, or show itself in another order than it has. What is not plain is written as an
 * escape: {@code \n}, {@code \r} and {@code \t}, else as {@code \}{@code u001b} and the like, as in JSON.
 */
public final class PlainText {

    /** The longest line, in characters: room for a whole message and the public key that it shows. */
    public static final int LONGEST_LINE = 16_384;

    /** The most characters of a quoted text that are shown: a message needs to name it, not to repeat it. */
    public static final int LONGEST_QUOTE = 80;

    private PlainText() {}

    /** The text as one line of at most {@value #LONGEST_LINE} characters. */
    public static String line(String text) {
        return escaped(text, LONGEST_LINE);
    }

    /** The text in double quotes, at most {@value #LONGEST_QUOTE} characters of it. */
    public static String quoted(String text) {
        return '"' + escaped(text, LONGEST_QUOTE) + '"';
    }

    /**
     * Whether a character is shown as what it is. Not so are those of C0 and C1, DEL, separators of lines and
     * paragraphs, those that change the direction of writing or are invisible (general category Cf of Unicode), and
     * code points that are no characters or private ones.
     */
    public static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static String escaped(String text, int longest) {
        StringBuilder plain = new StringBuilder(Math.min(text.length(), longest) + 16);
        for (int at = 0; at < text.length(); ) {
            if (plain.length() >= longest) {
                return plain.append("… (")
                        .append(text.length() - at)
                        .append(" more)")
                        .toString();
            }
            int codePoint = text.codePointAt(at);
            at += Character.charCount(codePoint);
            if (isPlain(codePoint)) {
                plain.appendCodePoint(codePoint);
            } else {
                escape(codePoint, plain);
            }
        }
        return plain.toString();
    }

    private static void escape(int codePoint, StringBuilder plain) {
        switch (codePoint) {
            case '\n' -> plain.append("\\n");
            case '\r' -> plain.append("\\r");
            case '\t' -> plain.append("\\t");
            default -> {
                for (char unit : Character.toChars(codePoint)) {
                    plain.append(String.format("\\u%04x", (int) unit));
                }
            }
        }
    }
}
