/** Places where files live badly: a file system that is full, one whose disk is slow, a host that is cut off. Each says why when it cannot be had. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface Place {
  readonly dir: string;
  remove(): void;
}

/** What cannot be had on this machine, and why: to be said aloud. */
export class Unavailable extends Error {}

function must(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Unavailable(`${program} ${args.join(' ')}: ${stderr?.trim() || 'not possible'}`);
  return stdout.trim();
}

function mustBeRoot(): void {
  if (userInfo().uid !== 0) throw new Unavailable('only root may mount and cut');
}

// === A small file system

export interface SmallPlace extends Place {
  /** Fills what is left. */
  fill(): void;
  /** Gives the space back. */
  free(): void;
}

export function smallDisk(megabytes: number): SmallPlace {
  mustBeRoot();
  const dir = mkdtempSync(join(tmpdir(), 'gongji-small-'));
  must('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir]);
  const ballast = join(dir, 'ballast');
  return {
    dir,
    fill() {
      // Runs until it is told that there is no space: that is the point.
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k'], { stdio: 'ignore' });
    },
    free: () => truncateSync(ballast, 0),
    remove() {
      spawnSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

// === A slow disk

const CGROUPS = '/sys/fs/cgroup/blkio';
const DISK_MB = 400;

export interface SlowPlace extends Place {
  /** Puts a process under the limit, with all it starts. */
  slow(pid: number): void;
}

/** An ext4 of its own on a loop device that is allowed so many writes a second by the kernel's block controller. */
export function slowDisk(writesPerSecond: number): SlowPlace {
  mustBeRoot();
  const folder = mkdtempSync(join(tmpdir(), 'gongji-slow-'));
  const [image, dir, group] = [
    join(folder, 'image'),
    join(folder, 'disk'),
    join(CGROUPS, `gongji-${process.pid}`),
  ];
  writeFileSync(image, '');
  truncateSync(image, DISK_MB * 2 ** 20);
  mkdirSync(dir);
  const device = must('losetup', ['-f', '--show', image]);
  const undo = (): void => {
    spawnSync('umount', ['-l', dir]);
    spawnSync('losetup', ['-d', device]);
    spawnSync('rmdir', [group]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    must('mkfs.ext4', ['-q', device]);
    must('mount', [device, dir]);
    const number = must('lsblk', ['-ndo', 'MAJ:MIN', device]).trim();
    mkdirSync(group);
    writeFileSync(join(group, 'blkio.throttle.write_iops_device'), `${number} ${writesPerSecond}`);
  } catch (error) {
    undo();
    throw new Unavailable(error instanceof Error ? error.message : 'no block controller');
  }
  return {
    dir,
    slow: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid)),
    remove: undo,
  };
}

// === A host of its own

export interface OtherHost {
  /** Of this machine, as the other host sees it, and the other way round. */
  readonly here: string;
  readonly there: string;
  readonly within: readonly string[];
  /** Nothing gets through any more, and nobody is told. */
  cut(): void;
  mend(): void;
  remove(): void;
}

export function otherHost(): OtherHost {
  mustBeRoot();
  const name = `gongji${process.pid % 10_000}`;
  const [near, far] = [`${name}a`, `${name}b`];
  const [here, there] = ['10.213.7.1', '10.213.7.2'];
  const remove = (): void => {
    spawnSync('ip', ['link', 'del', near]);
    spawnSync('ip', ['netns', 'del', name]);
  };
  try {
    must('ip', ['netns', 'add', name]);
    must('ip', ['link', 'add', near, 'type', 'veth', 'peer', 'name', far]);
    must('ip', ['link', 'set', far, 'netns', name]);
    must('ip', ['addr', 'add', `${here}/24`, 'dev', near]);
    must('ip', ['link', 'set', near, 'up']);
    for (const args of [
      ['addr', 'add', `${there}/24`, 'dev', far],
      ['link', 'set', far, 'up'],
      ['link', 'set', 'lo', 'up'],
    ]) {
      must('ip', ['netns', 'exec', name, 'ip', ...args]);
    }
  } catch (error) {
    remove();
    throw error;
  }
  return {
    here,
    there,
    within: ['ip', 'netns', 'exec', name],
    cut: () => void execFileSync('ip', ['link', 'set', near, 'down']),
    mend: () => void execFileSync('ip', ['link', 'set', near, 'up']),
    remove,
  };
}

/** Lets the other host reach what listens on this machine only; what is cut off stays open on this side, as behind any router. */
export async function passage(
  host: string,
  target: { readonly host: string; readonly port: number },
): Promise<{ port: number; close(): void }> {
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = dial(target.port, target.host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
