package io.jenkins.plugins.zfsbackup.agent;

/**
 * How much of an untrusted document may become objects in memory: so many values, and so many characters of text. What
 * comes when it is spent is left out, and {@link #isCut} says so.
 */
public class Room {

    private static final int LONGEST_TEXT = 2_000;

    private int values;
    private int characters;
    private boolean cut;

    /**
     * @param values objects, arrays, texts, numbers, each counted as one
     * @param characters of texts and names
     */
    public Room(int values, int characters) {
        this.values = values;
        this.characters = characters;
    }

    /** Whether there is something left for another value; the document is cut if there is not. */
    final boolean take() {
        if (values <= 0 || characters <= 0) {
            cut = true;
            return false;
        }
        values--;
        return true;
    }

    /** As much of a text as there is room for. */
    final String take(String text) {
        if (text.length() > characters) {
            cut = true;
            String part = text.substring(0, Math.max(0, characters));
            characters = 0;
            return part;
        }
        characters -= text.length();
        return text;
    }

    /** Takes room for a text that may be dropped again; there may be less than none afterwards. */
    final void takeAll(String text) {
        characters -= text.length();
    }

    /** What is left now, to be given to {@link #keep} or {@link #drop}. */
    final long mark() {
        return (long) values << Integer.SIZE | characters & 0xffff_ffffL;
    }

    /** Whether there is room for a value that was read since; it is as if it had not been read if there is none. */
    final boolean keep(long mark) {
        if (values > 0 && characters >= 0) {
            values--;
            return true;
        }
        drop(mark);
        return false;
    }

    /** Gives back what was taken since. */
    final void drop(long mark) {
        values = (int) (mark >> Integer.SIZE);
        characters = (int) mark;
        cut = true;
    }

    /** Whether something was left out. */
    public final boolean isCut() {
        return cut;
    }

    /** Takes back what was kept, so that there is room for something else. */
    final void giveBack(int length) {
        values++;
        characters += length;
    }

    final int characters() {
        return characters;
    }

    /** How many characters of a text are kept. */
    protected int longestText() {
        return LONGEST_TEXT;
    }

    /** Whether somebody looks at such an element of a list one by one. */
    protected boolean isWanted(Object element) {
        return true;
    }

    /** Told of each element of a list of objects, whether it is kept or not. */
    protected void seen(Object element, boolean kept) {
        // Who adds nothing up needs not know.
    }
}
