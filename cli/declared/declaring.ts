import type { Command } from 'commander';
import type { Language } from '../../protocol/language.ts';

/** The options of every command. */
export interface Common {
  readonly json?: boolean;
  readonly lang: Language;
  readonly debug?: boolean;
}

/** What the commands are declared with. */
export interface Declaring {
  /** The command line that they become part of. */
  readonly program: Command;
  readonly common: () => Common;
  readonly asJson: () => boolean;
  /** Takes the exit status. */
  readonly finish: (status: number) => void;
  /** Whether a newer Node has done what was asked: recordings need one. */
  readonly handedOver: () => Promise<boolean>;
  /** Opens the app with a recording in it. */
  readonly open: (file: string, at: number | undefined) => Promise<void>;
}
