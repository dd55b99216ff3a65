package io.jenkins.plugins.zfsbackup.keys;

import hudson.model.Failure;
import hudson.util.HttpResponses;
import jakarta.servlet.ServletException;
import java.io.IOException;
import net.sf.json.JSONObject;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;

/**
 * What was given as an OpenPGP key is none, or none that can be used. Being a response, it reaches the person at the
 * form as the sentence that it is.
 */
final class NoKeyException extends HttpResponses.HttpResponseException {

    private static final long serialVersionUID = 1L;

    NoKeyException(String why) {
        super(why);
    }

    @Override
    public void generateResponse(StaplerRequest2 request, StaplerResponse2 response, Object node)
            throws IOException, ServletException {
        String accepted = request.getHeader("Accept");
        if (accepted != null && accepted.contains("application/json")) {
            // The dialogs of the credentials plugin show a message that comes like this, and "failed" in place of any
            // other.
            HttpResponses.okJSON(
                            new JSONObject().element("message", getMessage()).element("notificationType", "ERROR"))
                    .generateResponse(request, response, node);
        } else {
            new Failure(getMessage()).generateResponse(request, response, node);
        }
    }
}
