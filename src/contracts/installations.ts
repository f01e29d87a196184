/**
 * The seam to what platforms hand out when an app of ours is installed there. What makes up an installation is
 * sealed where it is kept: it holds a token that whoever has it can act with.
 */
import type { Instant } from '../domain/insurance.ts';

export interface Installation {
  /** The platform, such as `slack`. */
  readonly platform: string;
  /** The platform's own id of where it is installed. */
  readonly id: string;
  /** In the platform's own form. */
  readonly secret: string;
  readonly installedAt: Instant;
}

export interface Installations {
  /** Replaces what was kept for the same place. */
  keepInstallation(installation: Omit<Installation, 'installedAt'>): Promise<void>;
  /** The newest first. */
  installations(platform: string): Promise<readonly Installation[]>;
  /** Gone, with the key it was sealed with. Removing what is not there is no error. */
  removeInstallation(platform: string, id: string): Promise<void>;
}
