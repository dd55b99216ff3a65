package io.jenkins.plugins.zfsbackup;

import com.cloudbees.plugins.credentials.Credentials;
import hudson.model.Action;
import hudson.model.Cause;
import hudson.model.Describable;
import hudson.model.Descriptor;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.durabletask.Controller;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * The types of the plugin that Jenkins writes to its disk: with a build, a job, a queue item, its settings, a step at
 * work. They are found by what they are and by the fields of others that hold them.
 */
final class PersistedTypes {

    private static final String PLUGIN = "io.jenkins.plugins.zfsbackup.";

    /** What Jenkins writes as a whole. */
    private static final List<Class<?>> WRITTEN = List.of(
            Action.class,
            Cause.class,
            CauseOfInterruption.class,
            Credentials.class,
            Describable.class,
            Descriptor.class,
            Step.class,
            StepExecution.class);

    /** What fields may hold beside the plugin's own classes: Jenkins reads it back for certain. */
    private static final List<Class<?>> SAFE = List.of(String.class, Secret.class, Controller.class);

    private final SortedSet<String> names = new TreeSet<>();
    private final List<String> faults = new ArrayList<>();
    private final Deque<Class<?>> pending = new ArrayDeque<>();

    private PersistedTypes(Collection<Class<?>> roots) {
        pending.addAll(roots);
        while (!pending.isEmpty()) {
            Class<?> type = pending.remove();
            if (names.add(type.getName())) {
                look(type);
            }
        }
    }

    /** All of the plugin. */
    static PersistedTypes ofPlugin() throws IOException, URISyntaxException, ClassNotFoundException {
        List<Class<?>> roots = new ArrayList<>();
        Path classes = Path.of(ZfsBackupAction.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file)
                        .toString()
                        .replaceAll("\\.class$", "")
                        .replace('/', '.');
                Class<?> type = Class.forName(name, false, PersistedTypes.class.getClassLoader());
                if (WRITTEN.stream().anyMatch(written -> written.isAssignableFrom(type))) {
                    roots.add(type);
                }
            }
        }
        return new PersistedTypes(roots);
    }

    static PersistedTypes of(Class<?>... roots) {
        return new PersistedTypes(Arrays.asList(roots));
    }

    /** Their names, those without fields left out. */
    SortedSet<String> names() {
        return names;
    }

    /** What must not be in them, a sentence for each. */
    List<String> faults() {
        return faults;
    }

    private void look(Class<?> type) {
        if (type.isRecord() || type.isSealed() || type.isHidden() || type.isSynthetic() || type.isAnonymousClass()) {
            faults.add(type.getName() + " is of a kind that XStream does not read back for certain");
        }
        boolean empty = true;
        for (Class<?> each = type; each != null && isOurs(each); each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !Modifier.isTransient(field.getModifiers())
                        && !field.isSynthetic()) {
                    empty = false;
                    look(field.getGenericType(), field.getDeclaringClass().getName() + "." + field.getName());
                }
            }
        }
        if (empty) {
            names.remove(type.getName());
        }
    }

    private void look(Type type, String where) {
        if (type instanceof ParameterizedType generic
                && generic.getRawType() instanceof Class<?> raw
                && (Collection.class.isAssignableFrom(raw) || Map.class.isAssignableFrom(raw))) {
            for (Type argument : generic.getActualTypeArguments()) {
                look(argument, where);
            }
        } else if (!(type instanceof Class<?> plain)) {
            // A type variable stands for the subclasses' own fields, which are found by themselves.
            if (!type.getTypeName().matches("[A-Z]")) {
                faults.add(where + " holds " + type.getTypeName());
            }
        } else if (!plain.isPrimitive() && !SAFE.contains(plain)) {
            if (plain.getName().startsWith(PLUGIN + "engine.")) {
                faults.add(where + " holds a type of the engine: " + plain.getName());
            } else if (!isOurs(plain) || plain.isInterface()) {
                faults.add(where + " holds " + plain.getName());
            } else if (!plain.isEnum()) {
                pending.add(plain);
            }
        }
    }

    private static boolean isOurs(Class<?> type) {
        return type.getName().startsWith(PLUGIN);
    }
}
