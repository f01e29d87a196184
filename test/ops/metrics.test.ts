/** Numbers as Prometheus reads them, told by a second implementation; and labels that can be nobody's words. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  ERROR_LABELS,
  errorLabel,
  MEASURES,
  type Measure,
  type MeasureName,
  TASK_NAMES,
} from '../../src/measures.ts';
import { beginCounters, createMetrics } from '../../src/metrics.ts';
import { TASKS } from '../../src/tasks/registry.ts';

describe('the text', () => {
  test('is what the library for it writes for the same numbers', async () => {
    const ours = createMetrics();
    const registry = new Registry();
    const count = MEASURES.gongji_deliveries_total;
    const counter = new Counter({
      name: 'gongji_deliveries_total',
      help: count.help,
      labelNames: ['channel', 'outcome'],
      registers: [registry],
    });
    const waiting = MEASURES.gongji_inbox_waiting;
    const gauge = new Gauge({ name: 'gongji_inbox_waiting', help: waiting.help, registers: [registry] });
    const stage = MEASURES.gongji_turn_stage_seconds;
    const histogram = new Histogram({
      name: 'gongji_turn_stage_seconds',
      help: stage.help,
      labelNames: ['stage', 'channel'],
      buckets: [...stage.buckets],
      registers: [registry],
    });
    for (const [channel, outcome] of [
      ['web', 'sent'],
      ['wechat-oa', 'parked'],
      ['web', 'sent'],
    ] as const) {
      ours.add('gongji_deliveries_total', { channel, outcome });
      counter.inc({ channel, outcome });
    }
    ours.set('gongji_inbox_waiting', {}, 17);
    gauge.set(17);
    for (const seconds of [0.001, 0.005, 0.03, 0.03, 7, 100]) {
      ours.observe('gongji_turn_stage_seconds', { stage: 'whole', channel: 'web' }, seconds);
      histogram.observe({ stage: 'whole', channel: 'web' }, seconds);
    }
    const lines = (text: string) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .toSorted();
    expect(lines(ours.text())).toEqual(lines(await registry.metrics()));
  });

  test('is well formed for every measure there is', () => {
    const metrics = createMetrics();
    for (const [name, measure] of Object.entries(MEASURES) as [MeasureName, Measure][]) {
      const labels = Object.fromEntries(Object.entries(measure.labels).map(([key, [first]]) => [key, first]));
      if (measure.kind === 'histogram') metrics.observe(name as never, labels as never, 0.2);
      else if (measure.kind === 'gauge') metrics.set(name as never, labels as never, 1);
      else metrics.add(name as never, labels as never);
    }
    const sample = /^[a-z_]+(?:\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})? -?[\d.e+-]+$/u;
    const lines = metrics.text().trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('# ') && !sample.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('# TYPE ')).length).toBe(Object.keys(MEASURES).length);
  });
});

test('what an alarm waits for the first of is there as 0 from the start', () => {
  const metrics = createMetrics();
  beginCounters(metrics);
  const lines = metrics.text().split('\n');
  for (const series of [
    'gongji_turns_total{outcome="died"}',
    'gongji_messages_total{channel="wechat-oa",outcome="no_room"}',
    'gongji_knowledge_refused_total',
    'gongji_retention_failures_total',
  ]) {
    expect(lines).toContain(`${series} 0`);
  }
  // A few hundred lines, not thousands.
  expect(lines.length).toBeLessThan(400);
});

describe('labels', () => {
  test('a value outside its set is not counted, whoever casts it in', () => {
    const metrics = createMetrics();
    metrics.add('gongji_deliveries_total', { channel: '张三' as 'web', outcome: 'sent' });
    metrics.add('gongji_deliveries_total', { channel: 'web' } as never);
    expect(metrics.text().trim()).toBe('');
  });

  test('any code from outside becomes one of a closed set', () => {
    fc.assert(fc.property(fc.string(), (code) => ERROR_LABELS.includes(errorLabel(code))));
    expect(errorLabel('sendText:45015')).toBe('tencent_shut');
    expect(errorLabel('wecom_60020')).toBe('tencent_alarm');
    expect(errorLabel('portal_timeout')).toBe('portal_timeout');
    expect(errorLabel('ECONNREFUSED')).toBe('network');
    expect(errorLabel('990000199001010011')).toBe('other');
  });

  test('every task has a label', () => {
    expect([...TASK_NAMES].toSorted()).toEqual(Object.keys(TASKS).toSorted());
  });

  test('all series together stay few enough for a small Prometheus', () => {
    const series = (Object.values(MEASURES) as Measure[]).map((measure) => {
      const sets = Object.values(measure.labels).reduce((product, values) => product * values.length, 1);
      return sets * (measure.kind === 'histogram' ? measure.buckets.length + 3 : 1);
    });
    expect(series.reduce((sum, n) => sum + n, 0)).toBeLessThan(3_000);
  });
});

describe('what is made for those who look', () => {
  const named = (file: string): readonly string[] => [
    ...new Set(readFileSync(file, 'utf8').match(/\bgongji_[a-z_]+/gu) ?? []),
  ];
  const known = new Set(
    (Object.entries(MEASURES) as [string, Measure][]).flatMap(([name, { kind }]) =>
      kind === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );

  test.each(['deploy/alarms.yaml', 'deploy/grafana-dashboard.json'])(
    '%s names only what is measured',
    (file) => {
      expect(named(file).filter((name) => !known.has(name))).toEqual([]);
      expect(named(file).length).toBeGreaterThan(10);
    },
  );

  test('every alarm says in the manual what to do', () => {
    const manual = readFileSync('docs/operations.md', 'utf8');
    const alarms = [...readFileSync('deploy/alarms.yaml', 'utf8').matchAll(/alert: (\w+)/gu)].map(
      ([, name]) => name ?? '',
    );
    expect(alarms.length).toBeGreaterThan(10);
    expect(alarms.filter((name) => !manual.includes(`### ${name}`))).toEqual([]);
  });

  test('every alarm is tried: it fires, and stays quiet on a quiet day', () => {
    const rules = [...readFileSync('deploy/alarms.yaml', 'utf8').matchAll(/alert: (\w+)/gu)];
    const tried = readFileSync('deploy/alarms.test.yaml', 'utf8');
    for (const [, name = ''] of rules) {
      expect(tried).toContain(`{ eval_time: 4h, alertname: ${name} }`);
      expect(tried).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts:`, 'u'));
    }
  });

  const promtool = spawnSync('promtool', ['--version']);
  if (promtool.error !== undefined)
    console.warn('No promtool: the alarms are not tried by Prometheus itself.');
  test.skipIf(promtool.error !== undefined)('Prometheus itself agrees', () => {
    for (const args of [
      ['check', 'rules', 'deploy/alarms.yaml'],
      ['test', 'rules', 'deploy/alarms.test.yaml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
      expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
    }
  });

  test('every warning and reason of /readyz stands in the manual', () => {
    const manual = readFileSync('docs/operations.md', 'utf8');
    const source = readFileSync('src/health.ts', 'utf8');
    const types = source.slice(
      source.indexOf('export type Reason'),
      source.indexOf('export interface Readiness'),
    );
    const codes = [...types.matchAll(/[|] '([a-z_]+)'/gu)].map(([, code]) => code ?? '');
    expect(codes.length).toBeGreaterThan(12);
    expect(codes.filter((code) => !manual.includes(`\`${code}\``))).toEqual([]);
  });
});
