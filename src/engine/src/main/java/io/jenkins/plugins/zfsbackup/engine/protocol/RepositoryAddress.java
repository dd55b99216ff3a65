package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a repository, with its parts as they are written: characters in them may be percent-encoded (RFC 3986).
 *
 * @param scheme {@code sftp} or {@code file}
 * @param user what stands before the {@code @}; empty if nothing does
 * @param host name or address, IPv6 without brackets; empty for {@code file}
 * @param port empty if none is written
 * @param path with its first slash; empty if there is none
 */
public record RepositoryAddress(
        String scheme, Optional<String> user, String host, Optional<Integer> port, String path) {

    private static final int HIGHEST_PORT = 65_535;

    private static final Pattern SFTP =
            Pattern.compile("sftp://(?:([^/@]*)@)?(\\[[^\\]/]+\\]|[^/@:\\[\\]]+)(?::(\\d{1,5}))?(/[^?#]*)?");

    private static final Pattern FILE = Pattern.compile("file://(/[^?#]*)");

    /** Reads {@code sftp://[user@]host[:port]/path} and {@code file:///path}; empty if it is neither. */
    public static Optional<RepositoryAddress> parse(String url) {
        Matcher file = FILE.matcher(url);
        if (file.matches()) {
            return Optional.of(new RepositoryAddress("file", Optional.empty(), "", Optional.empty(), file.group(1)));
        }
        Matcher sftp = SFTP.matcher(url);
        return sftp.matches()
                ? Optional.of(new RepositoryAddress(
                        "sftp",
                        Optional.ofNullable(sftp.group(1)).filter(user -> !user.isEmpty()),
                        sftp.group(2).replaceAll("[\\[\\]]", ""),
                        Optional.ofNullable(sftp.group(3)).map(Integer::valueOf),
                        sftp.group(4) == null ? "" : sftp.group(4)))
                : Optional.empty();
    }

    /** Whether a repository could be there: it names a directory, without white space, and the port is one. */
    public boolean isWhole() {
        boolean isPort = port.stream().allMatch(each -> each >= 1 && each <= HIGHEST_PORT);
        return isPort && path.length() > 1 && path.chars().noneMatch(c -> c <= ' ' || c == 0x7f);
    }
}
