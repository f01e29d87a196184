/** Cases in a list, figures of a day, and what is likely behind a complaint: for the command and the home page. */
import type { Triage } from '../../contracts/advice.ts';
import type { CaseHead, CasePage, DeskStats } from '../../contracts/desk.ts';
import type { CaseId } from '../../domain/ids.ts';
import { actions, type Block, button, context, header, home, sections, spoken } from './blocks.ts';
import { percent, who } from './card.ts';
import { joined, link, type Md, md, moment, shorten } from './text.ts';
import { PRIORITY, STATUS, words } from './words.ts';

export const SHOWN = 10;
/** What Slack keeps with a button is 2,000 signs at most. */
const VALUE_MOST = 1900;

/** Of what the citizen said: enough to tell one case from another. */
const SUBJECT_SHOWN = 30;

/** Where a case is shown, when it is; undefined leaves the number without a link. */
export type LinkOf = (id: CaseId) => Promise<string | undefined>;

/** @param more how the next ones are asked for */
export async function caseList(
  title: string,
  { cases, total }: CasePage,
  linkOf: LinkOf,
  { sheet = 1, more = '' }: { readonly sheet?: number; readonly more?: string } = {},
): Promise<readonly Block[]> {
  const before = (sheet - 1) * SHOWN;
  const lines = await Promise.all(
    cases.slice(before, before + SHOWN).map(async (head) => caseLine(head, await linkOf(head.id))),
  );
  const left = total - before - lines.length;
  const next = more !== '' && cases.length > before + SHOWN ? `${more} ${sheet + 1}` : '/gongji find …';
  return [
    ...sections(md`*${title}*　${total} 件${sheet > 1 ? `，第 ${sheet} 页` : ''}`),
    ...(lines.length === 0 ? [context(md`没有`)] : lines.flatMap((line) => sections(line))),
    ...(left > 0 ? [context(md`还有 ${left} 件：${next}`)] : []),
  ];
}

function caseLine(head: CaseHead, url: string | undefined): Md {
  const { goal } = head;
  return joined(
    [
      url === undefined ? md`*${head.number}*` : link(url, head.number),
      md`${STATUS[head.status]}`,
      head.priority === 'normal' ? undefined : md`${PRIORITY[head.priority]}`,
      md`${head.symptom?.label ?? head.reason.label}`,
      md`“${shorten(head.subject.replaceAll(/\s+/gu, ' '), SUBJECT_SHOWN)}”`,
      head.region && md`${head.region.name}`,
      head.owner && who(head.owner),
      head.waitingSince === undefined ? undefined : md`在等，自 ${moment(head.waitingSince)}`,
      goal === undefined || goal.state === 'on_time'
        ? undefined
        : md`*${goal.state === 'late' ? '已超时限' : '快到时限'}* ${moment(goal.dueAt)}`,
      head.hasFailedReply ? md`*有回复未送达*` : undefined,
    ],
    '　',
  );
}

export function figures(stats: DeskStats): readonly Block[] {
  const { firstAnswerMinutes: first } = stats;
  return [
    ...sections(
      joined([
        md`*今天 ${stats.day}*　新开 ${stats.opened}　结案 ${stats.closed}　重开 ${stats.reopened}`,
        md`现在：未结 ${stats.open}　待认领 ${stats.unassigned}　超时 ${stats.overdue}　稍后 ${stats.snoozed}　未送达的回复 ${stats.failedReplies}`,
        first === undefined
          ? md`首次答复：今天还没有`
          : md`首次答复：一半在 ${Math.round(first.median)} 分钟内，九成在 ${Math.round(first.p90)} 分钟内（${first.samples} 件，按工作时间）`,
        md`评价：满意 ${stats.satisfied}　不满意 ${stats.dissatisfied}`,
        stats.drafts === undefined || stats.drafts.offered === 0
          ? undefined
          : md`答复草稿：给出 ${stats.drafts.offered}　原样用 ${stats.drafts.sent}　改后用 ${stats.drafts.edited}　不用 ${stats.drafts.ignored}`,
      ]),
    ),
    ...sections(
      joined([
        md`每小时新开（0 到 23 点）　${bars(stats.byHour.opened)}`,
        md`每小时结案（0 到 23 点）　${bars(stats.byHour.closed)}`,
        ...owners(stats),
      ]),
    ),
  ];
}

function owners({ byOwner }: DeskStats): readonly Md[] {
  const most = Math.max(1, ...byOwner.map(({ open }) => open));
  return byOwner
    .slice(0, SHOWN)
    .map(
      ({ owner, open }) =>
        md`${who(owner)}　${'▇'.repeat(Math.max(1, Math.round((open / most) * 10)))}　${open}`,
    );
}

const STEPS = '▁▂▃▄▅▆▇█';

/** Figures as small bars of text; a nought is the lowest bar, the greatest the highest. */
export function bars(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values.map((value) => STEPS[Math.round((value / most) * (STEPS.length - 1))] ?? STEPS[0]).join('');
}

/** @param place in a form the next answer is typed below; elsewhere a button leads to such a form */
export function triageBlocks(triage: Triage, place: 'form' | 'message' = 'message'): readonly Block[] {
  const { region, findings, ask, answer } = triage;
  return [
    context(md`按 ${region?.name ?? '全国规定（没有说地区）'}，${triage.asOf} 的规则`),
    ...(findings.length === 0 ? [context(md`从这些话里看不出原因`)] : []),
    ...findings
      .slice(0, 4)
      .flatMap(({ title, p, because, against, todo }, index) =>
        sections(
          joined([
            md`*${index + 1}. ${title}*　${percent(p)}`,
            because.length === 0 ? undefined : md`支持：${because.slice(0, 3).join('；')}`,
            against.length === 0 ? undefined : md`不支持：${against.slice(0, 3).join('；')}`,
            todo === undefined ? undefined : md`怎么办：${todo}`,
          ]),
        ),
      ),
    ...(ask === undefined ? [] : [context(md`*接着问*`), spoken(ask)]),
    ...(answer === undefined
      ? []
      : [
          context(md`*可以念*`),
          spoken(answer.text),
          ...(answer.source === undefined ? [] : [context(md`来源：${answer.source}`)]),
        ]),
    ...actions([
      button({ action: 'triage.open', label: '据此开个案', value: triage.id }),
      // Too long for a button: the clerk can still type on behind the command.
      ...(place === 'form' || triage.text.length > VALUE_MOST
        ? []
        : [button({ action: 'triage.more', label: '补一句来电人的回答', value: triage.text })]),
    ]),
  ];
}

export interface HomeParts {
  readonly mine: CasePage;
  readonly unassigned: CasePage;
  readonly overdue: CasePage;
  readonly stats: DeskStats;
  readonly linkOf: LinkOf;
}

export async function homeView({ mine, unassigned, overdue, stats, linkOf }: HomeParts) {
  return home([
    header('共济客服台'),
    ...(await caseList('我的个案', mine, linkOf)),
    ...(await caseList('等人认领', unassigned, linkOf)),
    ...(await caseList('已超时限', overdue, linkOf)),
    ...figures(stats),
    ...actions([button({ action: 'home.refresh', label: '刷新', value: 'home' })]),
    context(md`${words.internal}`),
  ]);
}
