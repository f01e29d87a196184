/** All pages of the desk, in the order of the navigation. A new one is a line here; the server guards its area. */
import type { ComponentType } from 'preact';
import { Applications } from './applications.tsx';
import { Audit, Reveals } from './audit.tsx';
import { Cases } from './cases.tsx';
import { Figures } from './charts/index.tsx';
import { Gaps } from './gaps.tsx';
import { Knowledge } from './knowledge.tsx';
import type { News } from './live.ts';
import { Talks } from './talks.tsx';
import type { Me } from './wire.ts';

export interface PageProps {
  readonly me: Me;
  readonly news: News;
  /** What stands behind the name of the page: `#/cases/k_1`. */
  readonly id: string | undefined;
}

export interface DeskPage {
  readonly name: string;
  readonly label: string;
  /** As in `src/web/desk-access.ts`. */
  readonly area: string;
  readonly Page: ComponentType<PageProps>;
}

export const PAGES: readonly DeskPage[] = [
  { name: 'cases', label: '案件', area: 'cases', Page: Cases },
  { name: 'conversations', label: '对话', area: 'conversations', Page: Talks },
  { name: 'knowledge', label: '知识', area: 'knowledge', Page: Knowledge },
  { name: 'gaps', label: '没答上的', area: 'gaps', Page: Gaps },
  { name: 'applications', label: '申请', area: 'applications', Page: Applications },
  { name: 'figures', label: '统计', area: 'figures', Page: Figures },
  { name: 'audit', label: '审计', area: 'audit', Page: Audit },
  { name: 'reveals', label: '查看记录', area: 'audit', Page: Reveals },
];
