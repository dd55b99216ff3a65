package io.jenkins.plugins.zfsbackup.engine.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where a repository lies on an SFTP server.
 *
 * @param user the account
 * @param host name or address, IPv6 without brackets
 * @param port 1 to 65535
 * @param path absolute, or below the account's home directory if it begins with {@code ~/}
 */
public record SftpAddress(String user, String host, int port, String path) {

    private static final String FORM = "Write sftp://user@host[:port]/absolute/path, or sftp://user@host/~/below/home.";

    /**
     * Reads {@code sftp://user@host[:port]/absolute/path} and {@code sftp://user@host/~/below/home}.
     *
     * @throws UsageException if the text is neither, or has a password in it
     */
    public static SftpAddress parse(String url) throws UsageException {
        String doing = "opening the repository " + url.replaceFirst("(://[^/@]*):[^/@]*@", "$1:…@");
        URI uri;
        try {
            uri = new URI(url.replace(" ", "%20"));
        } catch (URISyntaxException e) {
            throw new UsageException(doing, "that is no address: " + e.getReason(), FORM, e);
        }
        if (!"sftp".equals(uri.getScheme()) || uri.getHost() == null || uri.getQuery() != null) {
            throw new UsageException(doing, "that is no address of an SFTP server", FORM);
        }
        String user = uri.getUserInfo();
        if (user == null || user.isEmpty()) {
            throw new UsageException(doing, "it names no user", FORM);
        }
        if (user.contains(":")) {
            throw new UsageException(doing, "it has a password in it", "Use a key instead: --identity SSHKEYFILE.");
        }
        String path = uri.getPath().replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
        if (path.isEmpty() || path.equals("/~")) {
            throw new UsageException(doing, "it names no directory", FORM);
        }
        if (("/" + path + "/").contains("/../")) {
            throw new UsageException(doing, "its path goes up with ..", FORM);
        }
        String host = uri.getHost().replaceAll("^\\[|\\]$", "");
        int port = uri.getPort() < 0 ? 22 : uri.getPort();
        return new SftpAddress(user, host, port, path.startsWith("/~/") ? path.substring(1) : path);
    }

    @Override
    public String toString() {
        return "sftp://" + user + "@" + (host.contains(":") ? "[" + host + "]" : host) + (port == 22 ? "" : ":" + port)
                + (path.startsWith("/") ? "" : "/") + path;
    }
}
