package io.jenkins.plugins.zfsbackup.agent;

/**
 * How much of an untrusted document may become objects in memory: so many values, and so many characters of text. What
 * comes when it is spent is left out, and {@link #isCut} says so.
 */
public final class Budget {

    private int values;
    private int characters;
    private boolean cut;

    /**
     * @param values objects, arrays, texts, numbers, each counted as one
     * @param characters of texts and names
     */
    public Budget(int values, int characters) {
        this.values = values;
        this.characters = characters;
    }

    /** Whether there is something left for another value; the document is cut if there is not. */
    boolean take() {
        if (values == 0 || characters == 0) {
            cut = true;
            return false;
        }
        values--;
        return true;
    }

    /** As much of a text as there is room for. */
    String take(String text) {
        if (text.length() > characters) {
            cut = true;
            String part = text.substring(0, characters);
            characters = 0;
            return part;
        }
        characters -= text.length();
        return text;
    }

    /** Whether something was left out. */
    public boolean isCut() {
        return cut;
    }
}
