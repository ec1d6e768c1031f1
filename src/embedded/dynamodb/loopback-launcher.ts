import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnginePlace } from '../engine-spec.js';
import { runProgram } from '../keeper/run-program.js';

/** The class with the `main` method. */
export const LAUNCHER_CLASS = 'CarelineLoopback';

// DynamoDB Local listens on all interfaces and has no option for it, but lets others start its server.
const SOURCE = `
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;

public final class ${LAUNCHER_CLASS} {
  public static void main(String[] args) {
    try {
      var proxy = ServerRunner.createServerFromCommandLineArgs(args);
      var field = proxy.getClass().getDeclaredField("server");
      field.setAccessible(true);
      for (var connector : ((Server) field.get(proxy)).getConnectors()) {
        ((ServerConnector) connector).setHost("127.0.0.1");
      }
      proxy.safeStart();
      proxy.join();
    } catch (Throwable fault) {
      System.err.println("ERROR: " + fault.getMessage());
      System.exit(1);
    }
  }
}
`;

/**
 * The folder of a launcher that starts DynamoDB Local on the loopback interface alone. It is compiled once and kept.
 * `undefined` where Java has no compiler (a JRE).
 */
export async function loopbackLauncher(
  jar: string,
  version: string,
  place: EnginePlace,
): Promise<string | undefined> {
  const folder = join(place.home, `launcher-${version}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const source = join(partial, `${LAUNCHER_CLASS}.java`);
  writeFileSync(source, SOURCE);
  const compiler = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '--release', '17', '-proc:none'];
  const { fault } = await runProgram('java', [...compiler, '-cp', jar, '-d', partial, source], place);
  if (fault !== undefined) return undefined;
  renameSync(partial, folder);
  return folder;
}
