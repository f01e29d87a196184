/** What is in deploy/ against what the program really reads, listens on and needs. */
import { existsSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readConfig, VARIABLES } from '../../src/config.ts';

const read = (file: string): string => readFileSync(`deploy/${file}`, 'utf8');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: { readonly start: string };
  readonly devDependencies: { readonly node: string };
};
interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly command?: readonly string[];
  readonly depends_on?: unknown;
  readonly deploy?: { readonly replicas: number | string };
}
interface Compose {
  readonly services: { readonly app: Service; readonly database: Service; readonly proxy: Service };
  readonly volumes: object;
}
const compose = load(read('compose.yaml')) as Compose;
const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ');
const instructions = dockerfile
  .split('\n')
  .filter((line) => /^[A-Z]+ /u.test(line.trim()))
  .map((line) => line.trim());
const unit = read('gongji.service');
const caddy = read('Caddyfile');

describe('every file', () => {
  it.each([
    'Dockerfile',
    'compose.yaml',
    'compose.demo.yaml',
    'gongji.env.example',
    'gongji.service',
    'Caddyfile',
    'README.md',
  ])('%s names only variables that exist', (file) => {
    const names = new Set([...read(file).matchAll(/GONGJI_[A-Z_]+/gu)].map(([name]) => name));
    expect([...names].filter((name) => !(name in VARIABLES))).toEqual([]);
  });

  it('README names only files that are there', () => {
    const names = [
      ...read('README.md').matchAll(
        /`((?:docs\/decisions\/)?[\w.-]+\.(?:yaml|md|service|example)|Dockerfile|Caddyfile)`/gu,
      ),
    ]
      .map(([, name]) => name as string)
      .filter((name) => !/^gongji-\d/u.test(name));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !existsSync(name) && !existsSync(`deploy/${name}`))).toEqual([]);
  });
});

describe('the image', () => {
  it('runs the Node of the project, as the project starts itself', () => {
    expect(dockerfile).toContain(`NODE_IMAGE=node:${manifest.devDependencies.node}-`);
    const command = JSON.parse(
      instructions.findLast((line) => line.startsWith('CMD '))?.slice(4) ?? '[]',
    ) as string[];
    expect(command.join(' ')).toBe(manifest.scripts.start);
  });

  it('has no development tools, no rights, and nobody to be', () => {
    const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
    expect(dockerfile).toContain('npm ci --omit=dev --omit=optional');
    expect(last.some((line) => line.includes('npm ci'))).toBe(false);
    const user = last.findIndex((line) => line.startsWith('USER '));
    expect(last[user]).toMatch(/^USER [1-9]\d*:[1-9]\d*$/u);
    expect(last.slice(user + 1).some((line) => /^(?:USER|RUN|COPY)/u.test(line))).toBe(false);
  });

  it('holds every folder the program reads, and copies none that is not there', () => {
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => path !== '.' && !existsSync(path))).toEqual([]);
    for (const needed of ['bin', 'fixtures', 'flows', 'knowledge', 'src']) expect(copied).toContain(needed);
    expect(dockerfile).toContain('COPY --from=build /build/dist ./dist');
  });

  it('asks for its health where there is an answer', () => {
    const asked = /fetch\('http:\/\/127\.0\.0\.1:(?<port>\d+)(?<path>\/\w+)'/u.exec(dockerfile)?.groups;
    expect(readFileSync('src/web/server.ts', 'utf8')).toContain(`app.get('${asked?.path}'`);
    expect(dockerfile).toContain(`GONGJI_PORT=${asked?.port}`);
    expect(dockerfile).toContain(`EXPOSE ${asked?.port}`);
  });
});

const FILLED = {
  SITE: 'gongji.example.cn',
  POSTGRES_PASSWORD: 'secret',
  GONGJI_VAULT_KEY: '07'.repeat(32),
};

describe('compose', () => {
  const { app, database, proxy } = compose.services;

  it('gives the program a configuration it accepts', () => {
    const ofImage = Object.fromEntries(
      [...dockerfile.matchAll(/(GONGJI_[A-Z_]+)=(\S+)/gu)].map(([, name, value]) => [name, value]),
    );
    const filled = Object.entries(app.environment ?? {}).map(([name, value]) => [
      name,
      value.replaceAll(
        /\$\{(\w+):\?[^}]*\}/gu,
        (_, variable) => FILLED[variable as keyof typeof FILLED] ?? '',
      ),
    ]);
    // What is left empty in the example is not set; names that are not ours are not looked at.
    const example = Object.fromEntries(
      read('gongji.env.example')
        .split('\n')
        .filter((line) => /^[A-Z_]+=/u.test(line))
        .map((line) => line.split('=')),
    );
    const config = readConfig({ ...ofImage, ...example, ...Object.fromEntries(filled) });
    expect(config).toMatchObject({
      databaseUrl: 'postgres://gongji:secret@database:5432/gongji',
      publicUrl: 'https://gongji.example.cn',
      isBehindProxy: true,
      databasePool: 12,
      host: '0.0.0.0',
    });
  });

  it('lets the server hold as many connections as its processes may take', () => {
    const most = Number(/max_connections=(\d+)/u.exec(database.command?.join(' ') ?? '')?.[1]);
    const replicas = Number(/:-(\d+)/u.exec(String(app.deploy?.replicas))?.[1]);
    expect(Number(app.environment?.GONGJI_DATABASE_POOL) * replicas).toBeLessThan(most);
    expect(database.command?.join(' ')).toContain('synchronous_commit=on');
  });

  it('opens the proxy to the world, and nothing else', () => {
    expect(proxy.ports).toContain('443:443');
    expect(app.ports).toBeUndefined();
    expect(database.ports).toBeUndefined();
  });

  it('runs program and proxy without rights on a disk they cannot write to', () => {
    for (const service of [app, proxy]) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('tries it out with one process, since the simulated office lives in one', () => {
    const demo = load(read('compose.demo.yaml')) as Compose;
    expect(demo.services.app).toMatchObject({
      environment: { GONGJI_PORTAL: 'simulated' },
      deploy: { replicas: 1 },
    });
  });
});

describe('the proxy', () => {
  it('finds the program by its name and port, and keeps a citizen with one process', () => {
    expect(caddy).toMatch(/name app\n\s*port 8080/u);
    expect(caddy).toContain('lb_policy client_ip_hash');
  });

  it('neither compresses nor holds back event streams, at the address they really have', () => {
    expect(caddy).toMatch(/@whole not path \/api\/chat\/events \/desk\/api\/events\n\s*encode @whole /u);
    expect(caddy).toContain('flush_interval -1');
    expect(readFileSync('src/connectors/web/index.ts', 'utf8')).toContain("path: '/api/chat'");
    expect(readFileSync('src/connectors/web/routes.ts', 'utf8')).toContain("app.get('/events'");
    expect(readFileSync('src/web/server.ts', 'utf8')).toContain("app.route('/desk'");
    expect(readFileSync('src/web/desk-routes.ts', 'utf8')).toContain("mount('/events'");
  });

  it('writes no secret of a link and no code of a login into its log', () => {
    const [, pattern = '', shown = ''] = /request>uri regexp "(.+)" "(.+)"/u.exec(caddy) ?? [];
    const logged = (uri: string) => uri.replace(new RegExp(pattern, 'u'), shown);
    expect(logged('/s/SECRET')).toBe('/s/…');
    expect(logged('/api/secure/SECRET')).toBe('/api/secure/…');
    expect(logged('/desk/login/callback?code=SECRET&state=x')).toBe('/desk/login/callback/…');
    expect(logged('/desk/api/cases/k_1')).toBe('/desk/api/cases/k_1');
  });

  it('has its braces in pairs', () => {
    const bare = caddy.replaceAll(/#.*$/gmu, '').replaceAll(/\{\$\w+\}/gu, '');
    expect(bare.split('{').length).toBe(bare.split('}').length);
  });
});

describe('the unit', () => {
  const values = (key: string) =>
    unit
      .split('\n')
      .filter((line) => line.startsWith(`${key}=`))
      .map((line) => line.slice(key.length + 1));

  it('starts what the project starts, with a configuration that is accepted', () => {
    const [start = ''] = values('ExecStart');
    expect(start.replace('/opt/gongji/node_modules/.bin/', '')).toBe(manifest.scripts.start);
    const env = Object.fromEntries(values('Environment').map((line) => line.split('=')));
    expect(readConfig(env)).toMatchObject({ dataDir: '/var/lib/gongji', port: 8080 });
    expect(values('StateDirectory')).toEqual(['gongji']);
  });

  it('may do nothing but its work', () => {
    for (const [key, value] of Object.entries({
      NoNewPrivileges: 'yes',
      CapabilityBoundingSet: '',
      ProtectSystem: 'strict',
      ProtectHome: 'yes',
      PrivateTmp: 'yes',
      RestrictSUIDSGID: 'yes',
      KillSignal: 'SIGTERM',
    })) {
      expect([key, values(key)]).toEqual([key, [value]]);
    }
    // V8 writes the code it runs; with this set, Node does not start.
    expect(values('MemoryDenyWriteExecute')).toEqual([]);
  });
});
