/** The desk's API: who may do what, and that it does the same as every other view of the desk. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CasePage, CaseView, StaffRole } from '../../src/contracts/desk.ts';
import type { CaseId } from '../../src/domain/ids.ts';
import { mayBeSaid } from '../../src/knowledge/answers.ts';
import type { FaqEntry } from '../../src/knowledge/schema/faq.ts';
import { AREAS, type Area } from '../../src/web/desk-access.ts';
import { type DeskHouse, openDeskHouse, type Visitor } from './desk-house.ts';

let house: DeskHouse;
let id: CaseId;
let clerk: Visitor;
let lead: Visitor;
let curator: Visitor;
let auditor: Visitor;
let presses = 0;
const key = () => {
  presses += 1;
  return { key: `press-${String(presses).padStart(4, '0')}` };
};
const viewOf = async (by: Visitor, one: string = id) =>
  (await by.read<{ case: CaseView; causes: readonly { id: string }[] }>(`/desk/api/cases/${one}`)).case;
const act = (by: Visitor, name: string, fields: object = {}, one: string = id) =>
  by.act(`/desk/api/cases/${one}/acts/${name}`, { ...key(), ...fields });

beforeAll(async () => {
  house = await openDeskHouse();
  await house.world.says('lin', '绑了家庭共济怎么没显示');
  await house.world.says('lin', '转人工');
  id = await house.world.caseOf('lin');
  clerk = await house.login(['clerk'], '李坐席');
  lead = await house.login(['lead'], '赵组长');
  curator = await house.login(['curator'], '王知识员');
  auditor = await house.login(['auditor'], '陈审计');
});
afterAll(() => house.end());

describe('each role', () => {
  const GETS: { readonly [path: string]: Area } = {
    '/cases/figures': 'cases',
    '/cases/choices': 'cases',
    '/cases/staff': 'cases',
    '/cases/K': 'cases',
    '/cases/K/drafts': 'cases',
    '/conversations': 'conversations',
    '/conversations/c_x': 'conversations',
    '/applications': 'applications',
    '/knowledge/regions': 'knowledge',
    '/knowledge/rules': 'knowledge',
    '/knowledge/entries': 'knowledge',
    '/gaps': 'gaps',
    '/audit': 'audit',
    '/audit/reveals': 'audit',
  };
  const POSTS: { readonly [path: string]: Area } = {
    '/cases/list': 'cases',
    '/cases/K/acts/note': 'cases',
    '/cases/K/reveal': 'cases',
    '/knowledge/ask': 'knowledge',
    '/knowledge/entries/x/impact': 'curating',
    '/knowledge/entries/x/withdraw': 'curating',
    '/knowledge/entries/x/restore': 'curating',
    '/audit/verify': 'audit',
    '/cases/K/proposals': 'cases',
    '/gaps/g/proposals': 'gaps',
    '/gaps/proposals/p/approve': 'gaps',
  };
  const ROLES: readonly StaffRole[] = ['clerk', 'curator', 'lead', 'auditor'];
  const by = (role: StaffRole) => ({ clerk, curator, lead, auditor })[role];

  it.each(Object.entries(GETS))('sees %s only when it may', async (path, area) => {
    for (const role of ROLES) {
      const { status } = await by(role).get(`/desk/api${path}`);
      expect([role, status === 403]).toEqual([role, !(AREAS[area] as readonly string[]).includes(role)]);
    }
  });

  it.each(Object.entries(POSTS))('does %s only when it may', async (path, area) => {
    for (const role of ROLES) {
      const { status } = await by(role).post(`/desk/api${path}`, {});
      expect([role, status === 403]).toEqual([role, !(AREAS[area] as readonly string[]).includes(role)]);
    }
  });

  it('is told by the server, whatever the page asks for', async () => {
    expect(await auditor.read('/desk/api/me')).toMatchObject({
      roles: ['auditor'],
      areas: ['knowledge', 'audit'],
    });
    expect((await auditor.post('/desk/api/link', { roles: ['lead'] })).status).toBe(410);
  });

  it('has to be logged in for anything but the door', async () => {
    const nobody = house.visitor('', '');
    for (const path of [...Object.keys(GETS), '/me', '/events', '/nothing']) {
      expect([path, (await nobody.get(`/desk/api${path}`)).status]).toEqual([path, 401]);
    }
    expect(await nobody.read('/desk/api/door')).toEqual({ oidc: false, link: true });
  });
});

describe('a case', () => {
  it('stands in the list, can be searched without its words in an address, and narrowed', async () => {
    const list = async (filter: object) =>
      (await (await clerk.post('/desk/api/cases/list', filter)).json()) as CasePage;
    expect((await list({ show: 'queue' })).cases.map((one) => one.id)).toEqual([id]);
    const { number } = await viewOf(clerk);
    expect((await list({ show: 'all', find: number })).total).toBe(1);
    expect((await list({ show: 'all', channel: 'web' })).total).toBe(0);
    expect((await list({ show: 'all', openedFrom: '2030-01-01' })).total).toBe(0);
    expect((await list({ show: 'mine' })).total).toBe(0);
    expect((await clerk.post('/desk/api/cases/list', { show: 'everything' })).status).toBe(422);
    expect((await clerk.post('/desk/api/cases/list', { owner: 'somebody', show: 'mine' })).status).toBe(200);
  });

  it('is claimed by one, and the other is told by whom', async () => {
    expect(await act(clerk, 'claim')).toMatchObject({ status: 200, said: { ok: true } });
    const other = await house.login(['clerk'], '孙坐席');
    expect(await act(other, 'claim')).toMatchObject({
      status: 409,
      said: { reason: 'owned', owner: { displayName: '李坐席' } },
    });
    expect(await act(other, 'reply', { text: '您好' })).toMatchObject({ status: 409 });
  });

  it('is answered, and the citizen hears it once though the button was pressed twice', async () => {
    const pressed = { ...key(), text: '您好，我来帮您看。' };
    const path = `/desk/api/cases/${id}/acts/reply`;
    await Promise.all([clerk.act(path, pressed), clerk.act(path, pressed)]);
    expect((await clerk.act(path, pressed)).said).toMatchObject({ ok: true, isRepeat: true });
    await house.world.settle();
    const heard = house.world.heard('lin').filter(({ text }) => text.includes('我来帮您看'));
    expect(heard).toHaveLength(1);
    expect((await viewOf(clerk)).replies[0]).toMatchObject({ delivery: { state: 'sent' } });
  });

  it('takes a note, a question, another priority, a while of rest', async () => {
    expect(await act(clerk, 'note', { text: '已电话核实' })).toMatchObject({ status: 200 });
    expect(await act(clerk, 'ask-for', { what: 'region' })).toMatchObject({ status: 200 });
    expect(await act(clerk, 'ask-for', { what: 'material' })).toMatchObject({
      status: 422,
      said: { field: 'detail' },
    });
    expect(await act(clerk, 'priority', { priority: 'high' })).toMatchObject({ status: 200 });
    expect(await act(clerk, 'snooze', { until: '2026-11-25T15:00:00+08:00' })).toMatchObject({ status: 200 });
    expect(await act(clerk, 'snooze', { until: 'tomorrow' })).toMatchObject({
      status: 422,
      said: { field: 'until' },
    });
    const view = await viewOf(lead);
    expect(view.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'opened',
        'claimed',
        'replied',
        'noted',
        'asked_for',
        'priority_set',
        'snoozed',
      ]),
    );
    expect(view.priority).toBe('high');
  });

  it('is tried out without being done, and offered to the citizen', async () => {
    expect(await act(clerk, 'dry-run', { flow: 'bind' })).toMatchObject({ said: { ok: true } });
    expect(house.world.app.office.acts()).toEqual([]);
    expect(await act(clerk, 'start-act', { flow: 'erase-everything' })).toMatchObject({ status: 422 });
    expect(await act(clerk, 'claim')).toMatchObject({ status: 200 });
  });

  it('is handed on only to somebody who works here', async () => {
    expect(await act(clerk, 'transfer', { to: 'demo:nobody' })).toMatchObject({
      status: 422,
      said: { field: 'to' },
    });
    expect(await act(lead, 'note', { text: '我来看看' })).toMatchObject({ status: 200 });
    expect(await act(clerk, 'transfer', { to: 'demo:赵组长' })).toMatchObject({ status: 200 });
    expect((await viewOf(lead)).owner).toMatchObject({ id: 'demo:赵组长' });
    expect(await act(clerk, 'reply', { text: '还在吗' })).toMatchObject({
      status: 409,
      said: { reason: 'owned' },
    });
    expect(await act(lead, 'transfer', { to: 'demo:李坐席' })).toMatchObject({ status: 200 });
  });

  it('offers drafts, and keeps what became of them; nothing is sent by itself', async () => {
    type Drafts = { drafts: readonly { id: string; text: string }[] };
    const { drafts } = await clerk.read<Drafts>(`/desk/api/cases/${id}/drafts`);
    const [draft] = drafts;
    expect(draft?.text).toBeTruthy();
    expect(await act(clerk, 'reply', { text: draft?.text, draft: draft?.id })).toMatchObject({ status: 200 });
    await house.world.settle();
    const figures = await house.world.app.advice.draftFigures();
    expect(figures.reduce((sum, { sent }) => sum + sent, 0)).toBe(1);
    expect(
      (await clerk.read<Drafts>(`/desk/api/cases/${id}/drafts`)).drafts.map((one) => one.id),
    ).not.toContain(draft?.id);
  });

  it('is closed with its true cause, opened again, given back', async () => {
    expect(await act(clerk, 'close', { trueCause: 'bad_weather' })).toMatchObject({
      status: 422,
      said: { field: 'trueCause' },
    });
    expect(await act(clerk, 'close', { trueCause: 'not_bound', note: '只加了亲情账户' })).toMatchObject({
      status: 200,
    });
    expect((await viewOf(clerk)).closing).toMatchObject({ trueCause: { id: 'not_bound' } });
    expect(await act(clerk, 'reply', { text: '还有吗' })).toMatchObject({
      status: 409,
      said: { reason: 'closed' },
    });
    expect(await act(clerk, 'reopen')).toMatchObject({ status: 200 });
    expect(await act(clerk, 'give-back')).toMatchObject({ status: 200 });
    expect(await act(clerk, 'release')).toMatchObject({ status: 200 });
  });

  it('takes nothing that is no form of ours', async () => {
    expect((await act(clerk, 'explode')).status).toBe(404);
    expect((await act(clerk, '__proto__')).status).toBe(404);
    expect((await clerk.post(`/desk/api/cases/${id}/acts/note`, '{"key":')).status).toBe(422);
    expect((await clerk.post(`/desk/api/cases/${id}/acts/note`, { text: 'x' })).status).toBe(422);
    expect((await act(clerk, 'claim', {}, 'k_nothing')).status).toBe(404);
    const big = 'x'.repeat(40_000);
    expect((await clerk.post(`/desk/api/cases/${id}/acts/note`, { ...key(), text: big })).status).toBe(413);
  });
});

describe('personal data', () => {
  it('is shown for a reason, for ten minutes, and written down before it is', async () => {
    await house.world.verifies('lin', 'zhang-wei');
    await act(clerk, 'claim');
    const path = `/desk/api/cases/${id}/reveal`;
    expect(await clerk.act(path, { ...key(), reason: '看' })).toMatchObject({
      status: 422,
      said: { field: 'reason' },
    });
    const told = await clerk.post(path, { ...key(), reason: '与经办核对参保地' });
    expect(told.headers.get('cache-control')).toBe('no-store');
    const { reveal, record } = (await told.json()) as {
      reveal: { id: string; expiresAt: string };
      record: { name: string; documentNumber: string };
    };
    expect(record.name).toContain('张伟');
    expect(Date.parse(reveal.expiresAt)).toBe(house.world.now() + 600_000);
    const looks = await auditor.read<{ rows: readonly { reason: string; by: { displayName: string } }[] }>(
      '/desk/api/audit/reveals',
    );
    expect(looks.rows).toMatchObject([{ reason: '与经办核对参保地', by: { displayName: '李坐席' } }]);
    expect(JSON.stringify(looks)).not.toContain(record.documentNumber);
    expect((await auditor.post(path, { ...key(), reason: '随便看看吧' })).status).toBe(403);
  });

  it('is nowhere else: not in a case, a conversation, an application or the trail', async () => {
    const { conversation } = await viewOf(clerk);
    const texts = await Promise.all(
      [
        clerk.get(`/desk/api/cases/${id}`),
        clerk.get(`/desk/api/conversations/${conversation}`),
        clerk.get('/desk/api/applications'),
        auditor.get('/desk/api/audit'),
      ].map(async (answer) => (await answer).text()),
    );
    for (const text of texts) expect(text).not.toMatch(/张伟|99\d{15}[\dX]/u);
  });
});

describe('conversations', () => {
  it('show where on the flow they stand, and where they have been', async () => {
    await house.world.says('mei', '我要绑定我妈');
    const { id: talk } = await house.world.conversation('mei');
    const list = await clerk.read<{ rows: readonly { id: string; status: string }[] }>(
      '/desk/api/conversations',
    );
    expect(list.rows.map((row) => row.id)).toContain(talk);
    const found = await clerk.read<{
      status: string;
      life: { current: readonly string[] };
      flows: readonly {
        flow: string;
        current: readonly string[];
        past: readonly string[];
        given: readonly string[];
        chart: { states: readonly { id: string }[] };
      }[];
    }>(`/desk/api/conversations/${talk}`);
    expect(found.life.current).toEqual(['bot']);
    const [top] = found.flows;
    const bind = found.flows.find(({ flow }) => flow === 'bind');
    expect(top?.current).toHaveLength(1);
    expect(top?.chart.states.map((state) => state.id)).toContain(top?.current[0]);
    expect(bind?.given).toContain('relation');
    expect((await clerk.get('/desk/api/conversations/c_nothing')).status).toBe(404);
    expect((await clerk.get('/desk/api/conversations?status=asleep')).status).toBe(422);
  });
});

describe('knowledge', () => {
  it('is what holds in a region on a day, with its source and time line', async () => {
    const { regions } = await curator.read<{ regions: readonly { code: string }[] }>(
      '/desk/api/knowledge/regions',
    );
    const code = regions.find((one) => one.code !== '000000')?.code ?? '';
    const told = await curator.read<{
      rules: readonly { rule: string; value: unknown; source?: { title: string } }[];
      ways: readonly object[];
    }>(`/desk/api/knowledge/rules?region=${code}&asOf=2026-11-25`);
    const known = told.rules.filter(({ value }) => value !== null);
    expect(known.length).toBeGreaterThan(5);
    for (const rule of known) expect([rule.rule, rule.source?.title]).not.toContain(undefined);
    expect((await curator.get('/desk/api/knowledge/rules?region=abc')).status).toBe(422);
    expect((await curator.get('/desk/api/knowledge/rules?asOf=2026-13-40')).status).toBe(422);
  });

  it('shows an answer word for word, and what a question would be answered', async () => {
    const { parts } = (await (
      await auditor.post('/desk/api/knowledge/ask', { text: '家庭共济是什么', asOf: '2026-11-25' })
    ).json()) as { parts: readonly { text: string; faq?: string }[] };
    const faq = parts.find((part) => part.faq !== undefined)?.faq ?? '';
    const entry = await auditor.read<{ shown: string }>(`/desk/api/knowledge/entries/${faq}?asOf=2026-11-25`);
    expect(entry.shown).toContain('依据：');
    expect(parts.map(({ text }) => text).join()).toContain(entry.shown.slice(0, 30));
  });

  it('is taken out of use by a curator for a reason, and put back, both in the trail', async () => {
    const { entries } = await curator.read<{ entries: readonly { id: string; isSaid: boolean }[] }>(
      '/desk/api/knowledge/entries',
    );
    const one = entries.find(({ isSaid }) => isSaid)?.id ?? '';
    const path = `/desk/api/knowledge/entries/${one}`;
    const impact = (await (await curator.post(`${path}/impact`)).json()) as {
      asked: number;
      changes: readonly { before: readonly string[]; after: readonly string[] }[];
    };
    expect(impact.asked).toBeGreaterThan(0);
    expect(impact.changes.some(({ before, after }) => before.includes(one) && !after.includes(one))).toBe(
      true,
    );
    expect((await curator.post(`${path}/withdraw`, { reason: '' })).status).toBe(422);
    expect(await curator.act(`${path}/withdraw`, { reason: '文件已经废止' })).toMatchObject({
      said: { state: 'withdrawn' },
    });
    expect(await curator.read(path)).toMatchObject({ isSaid: false, withdrawn: { by: 'demo:王知识员' } });
    const told = house.world.app.editions.of().knowledge;
    expect(mayBeSaid(told, told.faq.get(one) as FaqEntry, '2026-11-25')).toBe(false);
    expect(await curator.act(`${path}/restore`)).toMatchObject({ said: { state: 'restored' } });
    expect(await curator.read(path)).toMatchObject({ isSaid: true });
    const trail = await auditor.read<{ rows: readonly { action: string }[] }>(
      '/desk/api/audit?chain=knowledge',
    );
    expect(trail.rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['knowledge.withdrawn', 'knowledge.restored']),
    );
  });

  it('has gaps, in groups, which one proposes to close and another approves', async () => {
    await house.world.says('mei', '取消');
    await house.world.says('ya', '那个东西弄了没有啊到底');
    type Told = {
      gaps: readonly { key: string; examples: readonly string[] }[];
      proposals: readonly { id: string; state: string }[];
    };
    const gap = (await curator.read<Told>('/desk/api/gaps')).gaps[0]?.key ?? '';
    const path = `/desk/api/gaps/${gap}/proposals`;
    expect(await curator.act(path, { ...key(), text: '' })).toMatchObject({ status: 422 });
    expect(await curator.act(path, { ...key(), text: '请说明是哪一件事，我们再帮您查。' })).toMatchObject({
      status: 200,
    });
    const proposal = (await lead.read<Told>('/desk/api/gaps')).proposals[0]?.id ?? '';
    const approve = (by: Visitor) => by.act(`/desk/api/gaps/proposals/${proposal}/approve`, key());
    expect(await approve(curator)).toMatchObject({ status: 409, said: { reason: 'own' } });
    expect(await approve(clerk)).toMatchObject({ status: 403 });
    expect(await approve(lead)).toMatchObject({ status: 200 });
    expect(await approve(lead)).toMatchObject({ status: 409, said: { reason: 'already' } });
    expect((await lead.read<Told>('/desk/api/gaps')).proposals[0]).toMatchObject({ state: 'approved' });
  });
});

describe('the trail', () => {
  it('holds, says who logged in, and its pages show each row once', async () => {
    expect(await auditor.act('/desk/api/audit/verify')).toMatchObject({
      said: { isIntact: true, broken: [] },
    });
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const path = `/desk/api/audit${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`;
      const page = await auditor.read<{ rows: readonly { hash: string; action: string }[]; next?: string }>(
        path,
      );
      seen.push(...page.rows.map(({ hash }) => hash));
      after = page.next;
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    const house_ = await auditor.read<{ rows: readonly { action: string; data: object }[] }>(
      '/desk/api/audit?chain=house&action=desk.logged_in',
    );
    expect(house_.rows.map(({ data }) => data)).toContainEqual({
      by: 'demo:陈审计',
      roles: ['auditor'],
      how: 'link',
    });
  });
});

describe('news', () => {
  it('come to an open page with the number of the case alone, and end with the login', async () => {
    const visitor = await house.login(['clerk'], '值班');
    const answer = await visitor.get('/desk/api/events');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const hear = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await hear()).toContain('event: ready');
    await act(clerk, 'note', { text: '不该出现在消息里的话' });
    const news = await hear();
    expect(news).toContain(`data: {"cases":["${id}"]}`);
    expect(news).not.toContain('不该出现');
    await visitor.post('/desk/api/logout');
    await act(clerk, 'note', { text: '再记一笔' });
    expect(await hear()).toContain('event: over');
    await reader.cancel();
  });
});
