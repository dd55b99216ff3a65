package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.RepositoryAddress;
import io.jenkins.plugins.zfsbackup.engine.storage.UrlText;
import java.util.Arrays;

/**
 * Where a repository lies on an SFTP server.
 *
 * @param user the account
 * @param host name or address, IPv6 without brackets
 * @param port 1 to 65535
 * @param path absolute, or below the account's home directory if it begins with {@code ~/}
 */
public record SftpAddress(String user, String host, int port, String path) {

    private static final int USUAL_PORT = 22;
    private static final String FORM = "Write sftp://user@host[:port]/absolute/path, or sftp://user@host/~/below/home.";

    /**
     * Reads {@code sftp://user@host[:port]/absolute/path} and {@code sftp://user@host/~/below/home}. Characters may be
     * percent-encoded (RFC 3986), and {@code ?}, {@code #} and {@code %} must be.
     *
     * @throws UsageException if the text is neither, or has a password in it
     */
    public static SftpAddress parse(String url) throws UsageException {
        String doing = "opening the repository " + url.replaceFirst("(://[^/@:]*):[^/@]*@", "$1:…@");
        UrlText.check(doing, url);
        RepositoryAddress address = RepositoryAddress.parse(url)
                .filter(each -> !each.host().isEmpty())
                .orElseThrow(
                        () -> new UsageException(doing, "that is no address of a directory on an SFTP server", FORM));
        String user = address.user().orElseThrow(() -> new UsageException(doing, "it names no user", FORM));
        if (user.contains(":")) {
            throw new UsageException(doing, "it has a password in it", Wording.PASSWORD_IN_ADDRESS.text());
        }
        int port = address.port().orElse(USUAL_PORT);
        if (port < 1 || port > 65535) {
            throw new UsageException(doing, "there is no port " + port, "Ports are 1 to 65535.");
        }
        return new SftpAddress(
                UrlText.decoded(doing, user),
                address.host(),
                port,
                directory(doing, UrlText.decoded(doing, address.path())));
    }

    private static String directory(String doing, String path) throws UsageException {
        String plain = path.replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
        if (plain.isEmpty() || plain.equals("/~")) {
            throw new UsageException(doing, "it names no directory", FORM);
        }
        if (Arrays.asList(plain.split("/")).contains("..") || plain.indexOf('\0') >= 0) {
            throw new UsageException(doing, "its path has .. in it, or a NUL", FORM);
        }
        return plain.startsWith("/~/") ? plain.substring(1) : plain;
    }

    /** The address as {@link #parse} reads it. */
    @Override
    public String toString() {
        return "sftp://" + encoded(user) + "@" + (host.contains(":") ? "[" + host + "]" : host)
                + (port == USUAL_PORT ? "" : ":" + port) + (path.startsWith("/") ? "" : "/") + encoded(path);
    }

    private static String encoded(String text) {
        return text.replace("%", "%25").replace("?", "%3F").replace("#", "%23").replace("@", "%40");
    }
}
