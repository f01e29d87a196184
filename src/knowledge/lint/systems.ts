/** Lint of the systems: every platform has one, and what it offers agrees with the ways of the regions. */
import type { Knowledge } from '../knowledge.ts';
import { NATION } from '../lookup.ts';
import { PUBLISHABLE } from '../schema/dated.ts';
import type { Entry, Operation } from '../schema/region.ts';
import type { System } from '../schema/system.ts';
import type { LintContext, LintRule, Remark } from './lint.ts';

interface Way {
  readonly region: string;
  readonly operation: Operation;
  readonly entry: Entry;
}

function allWays({ regions }: Knowledge): Way[] {
  return [...regions.values()].flatMap(({ code, entries }) =>
    Object.entries(entries).flatMap(([operation, list]) =>
      list.map((entry) => ({ region: code, operation: operation as Operation, entry })),
    ),
  );
}

function eachSystem(
  { knowledge }: LintContext,
  find: (system: System) => readonly Omit<Remark, 'file'>[],
): Remark[] {
  return [...knowledge.systems.values()].flatMap((system) =>
    find(system).map((remark) => ({ file: `systems/${system.id}.yaml`, ...remark })),
  );
}

function systemMissing({ knowledge }: LintContext): Remark[] {
  return Object.keys(knowledge.lexicon.platforms)
    .filter((id) => !knowledge.systems.has(id))
    .map((id) => ({
      file: `systems/${id}.yaml`,
      key: '',
      message: `people may name the platform '${id}', but nothing says what it offers; write the file`,
    }));
}

const systemUnknown = (context: LintContext) =>
  eachSystem(context, ({ id, regions, ask }) => [
    ...(id in context.knowledge.lexicon.platforms
      ? []
      : [{ key: 'id', message: `'${id}' is not in lexicon/platforms.yaml, so nobody can name it` }]),
    ...regions
      .filter((code) => !context.knowledge.regions.has(code))
      .map((code) => ({ key: 'regions', message: `there is no regions/${code}.yaml` })),
    ...ask
      .filter((other) => !context.knowledge.systems.has(other))
      .map((other) => ({ key: 'ask', message: `there is no system '${other}' to turn to` })),
  ]);

/** What is offered has a way in some region, or an honest word why there is none. */
const emptyOffer = (context: LintContext) => {
  const ways = allWays(context.knowledge);
  return eachSystem(context, ({ id, operations }) =>
    Object.entries(operations)
      .filter(([operation, { note }]) => {
        const isKnown = ways.some((way) => way.operation === operation && way.entry.platform === id);
        return note === undefined && !isKnown;
      })
      .map(([operation]) => ({
        key: `operations.${operation}`,
        message: 'no region file has a way for it; add one there, or say in `note` what was not found',
      })),
  );
};

/** A way of a region on a system that does not offer it: the two files would tell different things. */
function unlistedWay({ knowledge }: LintContext): Remark[] {
  return allWays(knowledge).flatMap(({ region, operation, entry }) => {
    const system = knowledge.systems.get(entry.platform);
    if (system === undefined || system.operations[operation] !== undefined) return [];
    const message = `systems/${entry.platform}.yaml does not list '${operation}'; add it there or correct the platform`;
    return [{ file: `regions/${region}.yaml`, key: `entries.${operation}`, message }];
  });
}

/** A way stands where its system serves: 浙里办 is no way in another province. */
function foreignWay({ knowledge }: LintContext): Remark[] {
  return allWays(knowledge).flatMap(({ region, operation, entry }) => {
    const system = knowledge.systems.get(entry.platform);
    const isHome = (code: string) => code === NATION || region.startsWith(code.replace(/(?:00)+$/u, ''));
    if (system === undefined || system.regions.some(isHome)) return [];
    const message = `'${entry.platform}' serves ${system.regions.join(', ')} only`;
    return [{ file: `regions/${region}.yaml`, key: `entries.${operation}`, message }];
  });
}

const systemGrade = (context: LintContext) =>
  eachSystem(context, ({ status, sources, claims }) => {
    const isBacked = (ids: readonly string[]) =>
      ids.some((id) => PUBLISHABLE.has(context.knowledge.sources.get(id)?.grade ?? 'D'));
    return [
      ...(status === 'current' && !isBacked(sources)
        ? [{ key: 'sources', message: 'none is of grade A, B or M; find one, or set status: unverified' }]
        : []),
      ...claims.flatMap((claim, index) =>
        isBacked(claim.sources)
          ? []
          : [{ key: `claims.${index}`, message: 'what is told as true needs a source of grade A, B or M' }],
      ),
    ];
  });

export const systemRules: readonly LintRule[] = [
  { name: 'system-missing', severity: 'error', find: systemMissing },
  { name: 'system-unknown', severity: 'error', find: systemUnknown },
  { name: 'empty-offer', severity: 'error', find: emptyOffer },
  { name: 'unlisted-way', severity: 'error', find: unlistedWay },
  { name: 'foreign-way', severity: 'error', find: foreignWay },
  { name: 'system-grade', severity: 'error', find: systemGrade },
];
