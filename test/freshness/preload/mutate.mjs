// Changes the built code of this process while it is loaded, to take one rule out of it. Every edit must match its file
// exactly once, or the process does not start: a mutation that no longer fits the code must not pass as one that is there.
import { registerHooks } from 'node:module';

const edits = JSON.parse(process.env.FRESHNESS_EDITS ?? '[]');
const files = new Set(edits.map(({ file }) => file));

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const file = [...files].find((name) => url.endsWith(`/dist/${name}`));
    if (file === undefined) return loaded;
    files.delete(file);
    let source = loaded.source.toString();
    for (const { find, replace } of edits.filter((edit) => edit.file === file)) {
      const parts = source.split(find);
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} of: ${find}`);
      source = parts.join(replace);
    }
    if (files.size === 0) process.stdout.write('mutated\n');
    return { ...loaded, source };
  },
});
