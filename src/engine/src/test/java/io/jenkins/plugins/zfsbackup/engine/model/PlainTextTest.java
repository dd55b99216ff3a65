package io.jenkins.plugins.zfsbackup.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlainTextTest {

    @Test
    void whatPeopleWriteStaysAsItIs() {
        for (String text : new String[] {"tank/home@2019-08-06", "Müller & Søn: 3,5 % – ‚ja‘", "日本語 😀", "C:\\n"}) {
            assertThat(PlainText.line(text)).isEqualTo(text);
        }
    }

    @Test
    void whatSteersATerminalIsSpelledOut() {
        assertThat(PlainText.line("a\033[2Jb")).isEqualTo("a\\u001b[2Jb");
        assertThat(PlainText.line("a\r\nb\tc\0\177")).isEqualTo("a\\r\\nb\\tc\\u0000\\u007f");
        assertThat(PlainText.line("C1: \u009b31m \u0085")).isEqualTo("C1: \\u009b31m \\u0085");
        assertThat(PlainText.line("gpj.\u202exe")).isEqualTo("gpj.\\u202exe");
        assertThat(PlainText.line("\u2066a\u2069\u200f\u2028\u2029\ufeff"))
                .isEqualTo("\\u2066a\\u2069\\u200f\\u2028\\u2029\\ufeff");
        assertThat(PlainText.line("\ud800 \udb40\udc41")).isEqualTo("\\ud800 \\udb40\\udc41");
    }

    @Test
    void noCharacterThatIsNotPlainGetsThrough() {
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .forEach(codePoint -> assertThat(PlainText.line(new StringBuilder()
                                .append("x")
                                .appendCodePoint(codePoint)
                                .append("y")
                                .toString()))
                        .matches(line -> line.codePoints().allMatch(PlainText::isPlain)));
    }

    @Test
    void aQuoteShowsTheBeginningAndSaysHowMuchIsLeft() {
        assertThat(PlainText.quoted("a\nb")).isEqualTo("\"a\\nb\"");
        assertThat(PlainText.quoted("x".repeat(1000))).isEqualTo("\"" + "x".repeat(80) + "… (920 more)\"");
        assertThat(PlainText.line("x".repeat(60_000_000)))
                .hasSizeLessThan(PlainText.LONGEST_LINE + 100)
                .endsWith(" more)");
    }
}
