package io.jenkins.plugins.zfsbackup.engine.testing;

import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A storage in the middle of whose use something else can be made to happen, once: as if the process had been stopped
 * there for as long as that takes.
 */
public final class HookedStorage {

    private record Hook(String verb, Action action) {}

    private final Storage storage;
    private final AtomicReference<Optional<Hook>> next = new AtomicReference<>(Optional.empty());

    /** Passes all on to a storage. */
    public HookedStorage(Storage behind) {
        storage = (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(),
                new Class<?>[] {Storage.class},
                (proxy, method, arguments) -> call(behind, method, arguments));
    }

    /** What happens in between. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws IOException;
    }

    /** The storage to use. */
    public Storage storage() {
        return storage;
    }

    /** Has something happen before the next call of a method of {@link Storage}, by its name. */
    public void before(String verb, Action action) {
        next.set(Optional.of(new Hook(verb, action)));
    }

    private Object call(Storage behind, Method method, Object[] arguments) throws Throwable {
        Optional<Hook> hook = next.get().filter(each -> each.verb().equals(method.getName()));
        if (hook.isPresent()) {
            next.set(Optional.empty());
            hook.get().action().run();
        }
        try {
            return method.invoke(behind, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
