package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How backups lie in a repository; {@code docs/format.md} describes each. */
public enum Layout implements Named {
    /** A directory for each backup, with a manifest in it. */
    NATIVE(true),
    /** One signed and encrypted file for each backup, all in one directory, as a script of 2014 wrote them. */
    FLAT_GPG(false),
    /** One gzip file for each backup, in a directory for each member of a lab, as a script of 2019 wrote them. */
    MEMBER_GZIP(false);

    private final boolean manifests;

    Layout(boolean manifests) {
        this.manifests = manifests;
    }

    /** Whether each backup has a manifest, which tells what must be in it. */
    public boolean manifests() {
        return manifests;
    }

    /** As options and documents write it: {@code native}, {@code flat-gpg}, {@code member-gzip}. */
    @Override
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The layout of that name, if there is one. */
    public static Optional<Layout> parse(String text) {
        return Arrays.stream(values()).filter(each -> each.text().equals(text)).findFirst();
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(Layout::text).collect(Collectors.joining(", "));
    }
}
