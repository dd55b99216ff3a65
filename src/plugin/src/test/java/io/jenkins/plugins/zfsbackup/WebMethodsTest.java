package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.Descriptor;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.security.AuthorizationStrategy;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.util.NameValuePair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** Every web method of the plugin's descriptors, found by looking for them, so that a new one can't be forgotten. */
@WithJenkins
class WebMethodsTest {

    private static final String SECRET_ID = "an-id-that-only-administrators-see";

    /** What these say is the same for everybody. */
    private static final List<String> CONSTANTS = List.of("doFillLayoutItems");

    /** They say nothing about keys to who may not add any. */
    private static final List<String> SILENT = List.of("doCheckKey", "doCheckFile", "doCheckPassphrase");

    private JenkinsRule jenkins;
    private FreeStyleProject job;

    /** A web method and where it is called. */
    private record WebMethod(Descriptor<?> descriptor, Method method) {

        String path() {
            return place()
                    + "?value=x&name=x&url=x&key=x&testPool=x&repository=chosen"
                    + "&credentialsId=chosen&agent=x&trust=GIVEN&unencrypted=false";
        }

        String place() {
            String name = method.getName();
            return "descriptorByName/" + descriptor.clazz.getName() + "/" + Character.toLowerCase(name.charAt(2))
                    + name.substring(3);
        }

        /** With the same value in each of its fields. */
        List<NameValuePair> with(String value) {
            return fields().stream()
                    .map(field -> new NameValuePair(field, value))
                    .toList();
        }

        /** As its form sends them: those that it names, and the one that it checks. */
        private List<String> fields() {
            return Arrays.stream(method.getParameters())
                    .filter(each -> each.isAnnotationPresent(QueryParameter.class))
                    .map(Parameter::getName)
                    .toList();
        }
    }

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        job = jenkins.createFreeStyleProject("job");
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new BasicSSHUserPrivateKey(CredentialsScope.GLOBAL, SECRET_ID, "u", null, "", ""));
        ZfsBackupConfiguration.get().setRepositories(List.of(new BackupRepository(SECRET_ID, "file:///srv")));
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("administrator"));
    }

    private List<WebMethod> webMethods() {
        List<WebMethod> found = new ArrayList<>();
        for (Descriptor<?> each : jenkins.jenkins.getExtensionList(Descriptor.class)) {
            if (each.clazz.getName().startsWith("io.jenkins.plugins.zfsbackup.")) {
                Arrays.stream(each.getClass().getMethods())
                        .filter(method ->
                                method.getDeclaringClass().getName().startsWith("io.jenkins.plugins.zfsbackup."))
                        .filter(method -> method.getName().matches("do[A-Z].*"))
                        .forEach(method -> found.add(new WebMethod(each, method)));
            }
        }
        return found;
    }

    @Test
    void eachIsByPostAloneUnlessItSaysTheSameToAll() throws Exception {
        List<WebMethod> methods = webMethods();
        assertTrue(methods.size() > 25, "only " + methods.size() + " found");
        try (JenkinsRule.WebClient client = clientOf("administrator")) {
            for (WebMethod each : methods) {
                if (CONSTANTS.contains(each.method().getName())) {
                    continue;
                }
                assertTrue(
                        each.method().isAnnotationPresent(RequirePOST.class),
                        each.method().toString());
                assertEquals(405, ask(client, HttpMethod.GET, "", each).getStatusCode(), each.path());
            }
        }
    }

    /** While a form is being filled, anything may be missing in it, a list that is not loaded yet as well. */
    @Test
    void eachTakesEveryHalfFilledForm() throws Exception {
        List<String> values = List.of(
                "",
                " ",
                "x",
                "\u0000",
                "ÄÖÜ\n\t",
                "<script>",
                "-1",
                "999999999999999999999",
                "9999/1",
                "0/0",
                "true",
                "GIVEN",
                "NO_SUCH_CONSTANT",
                "{AQAAABAAAAAQ}",
                "====",
                "A",
                "sftp://",
                "sftp://host",
                "file:///",
                "x".repeat(3_000),
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----",
                "-----BEGIN PGP PRIVATE KEY BLOCK-----");
        // Everybody may do everything: it is the values that count here, and there are many.
        jenkins.jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
        jenkins.jenkins.setCrumbIssuer(null);
        try (JenkinsRule.WebClient client = clientOf("administrator")) {
            for (WebMethod each : webMethods()) {
                assertTrue(
                        each.method().getParameterCount() == 0 || !each.fields().contains("arg0"),
                        "the names of parameters are not in the class files");
                assertAnswer(client, job.getUrl(), each, List.of());
                assertAnswer(client, "", each, List.of());
                for (String value : values) {
                    assertAnswer(client, "", each, each.with(value));
                }
            }
        }
    }

    private void assertAnswer(JenkinsRule.WebClient client, String at, WebMethod what, List<NameValuePair> fields)
            throws Exception {
        WebRequest request = new WebRequest(new URL(jenkins.getURL(), at + what.place()), HttpMethod.POST);
        request.setCharset(StandardCharsets.UTF_8);
        request.setRequestParameters(fields);
        WebResponse answer = client.getPage(request).getWebResponse();
        String said = what.place() + " " + fields + ": " + answer.getContentAsString();
        assertEquals(200, answer.getStatusCode(), said);
        if (what.method().getName().startsWith("doCheck")) {
            assertFalse(answer.getContentAsString().contains("Exception"), said);
        }
    }

    @Test
    void nobodyLearnsWhatIsNotForHim() throws Exception {
        try (JenkinsRule.WebClient client = clientOf("reader")) {
            for (WebMethod each : webMethods()) {
                for (String at : List.of("", job.getUrl())) {
                    WebResponse answer = ask(client, HttpMethod.POST, at, each);
                    assertFalse(answer.getContentAsString().contains(SECRET_ID), each.path());
                    String name = each.method().getName();
                    if (!name.startsWith("doFill") && !SILENT.contains(name)) {
                        assertEquals(403, answer.getStatusCode(), at + each.path());
                    }
                }
            }
        }
    }

    @Test
    void anAdministratorSeesTheCredentialsToChooseFrom() throws Exception {
        WebMethod fill = webMethods().stream()
                .filter(each -> each.method().getName().equals("doFillCredentialsIdItems"))
                .findFirst()
                .orElseThrow();
        try (JenkinsRule.WebClient client = clientOf("administrator")) {
            assertTrue(
                    ask(client, HttpMethod.POST, "", fill).getContentAsString().contains(SECRET_ID));
        }
    }

    private JenkinsRule.WebClient clientOf(String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient();
        client.getOptions().setThrowExceptionOnFailingStatusCode(false);
        client.getOptions().setPrintContentOnFailingStatusCode(false);
        client.getOptions().setJavaScriptEnabled(false);
        return client.withBasicCredentials(user);
    }

    private WebResponse ask(JenkinsRule.WebClient client, HttpMethod method, String at, WebMethod what)
            throws Exception {
        WebRequest request = new WebRequest(new URL(jenkins.getURL(), at + what.path()), method);
        return client.getPage(method == HttpMethod.GET ? request : client.addCrumb(request))
                .getWebResponse();
    }
}
