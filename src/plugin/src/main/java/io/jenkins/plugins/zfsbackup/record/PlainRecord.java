package io.jenkins.plugins.zfsbackup.record;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.jenkins.plugins.zfsbackup.engine.protocol.RecordJson;
import java.io.IOException;
import java.util.Map;
import org.kohsuke.stapler.export.CustomExportedBean;
import org.kohsuke.stapler.export.ExportedBean;

/** A record of the engine's as the REST interface has it: with the fields of the document. */
@ExportedBean
public final class PlainRecord implements CustomExportedBean {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Record document;

    PlainRecord(Record document) {
        this.document = document;
    }

    @Override
    public Object toExportedObject() {
        try (TokenBuffer json = new TokenBuffer(MAPPER, false)) {
            RecordJson.write(document, json);
            return MAPPER.readValue(json.asParser(), Map.class);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory can't fail", e);
        }
    }
}
