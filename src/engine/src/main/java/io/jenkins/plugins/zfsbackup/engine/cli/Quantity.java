package io.jenkins.plugins.zfsbackup.engine.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes and rates: a number, with K, M, G or T for powers of 1024. */
final class Quantity implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,15})([KMGT]?)(i?B?)(/s)?");

    @Override
    public Long convert(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is no size; write 512M, 2G or a number of bytes");
        }
        int power = " KMGT".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2));
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is larger than any size here");
        }
    }
}
