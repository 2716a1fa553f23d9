// Stands before every dynamic import of the build (vite.config.ts): all files of a part are here before it is imported. A
// browser that couldn't fetch a module doesn't ask for it again as long as the page lives, and so could never try again.

const files = new Map<string, Promise<void>>();

async function script(address: string): Promise<void> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  await answer.blob(); // whole, where the import finds it
}

function style(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(`${address} could not be loaded`));
    };
    document.head.append(link);
  });
}

function fetched(address: string): Promise<void> {
  const known = files.get(address);
  if (known) return known;
  const there = document.querySelector(`[href="${address}"], [src="${address}"]`) !== null;
  const asked = there ? Promise.resolve() : (address.endsWith(".css") ? style : script)(address);
  files.set(address, asked);
  asked.catch(() => files.delete(address));
  return asked;
}

/** Import a part once its files, named from the root, are here. Rejects where one can't be had; ask again. */
export async function imported<T>(load: () => Promise<T>, needs: readonly string[] = []): Promise<T> {
  await Promise.all(needs.map((name) => fetched(`/${name}`)));
  return load();
}
