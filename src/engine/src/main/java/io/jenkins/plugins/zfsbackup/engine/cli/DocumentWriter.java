package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import io.jenkins.plugins.zfsbackup.engine.protocol.RecordJson;
import java.io.IOException;
import java.io.OutputStream;

/** Writes results and progress, laid out for people. */
final class DocumentWriter {

    private static final JsonFactory JSON =
            new JsonFactoryBuilder().characterEscapes(new JsonEscapes()).build();

    private DocumentWriter() {}

    /** Writes a result, or progress, in UTF-8, with the end of its last line. */
    static void write(Object document, OutputStream out) throws IOException {
        JsonGenerator json =
                JSON.createGenerator(out).useDefaultPrettyPrinter().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        RecordJson.write(document, json);
        json.writeRaw('\n');
        json.close();
    }
}
