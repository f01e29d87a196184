/** The seam to a service that writes down what was spoken; none is built in. */

export interface Recording {
  readonly bytes: Uint8Array;
  /** As the channel names it, such as `amr`. */
  readonly format: string;
}

export interface SpeechRecogniser {
  /**
   * The words, as if they had been typed; undefined when nothing was understood. The recording holds a
   * citizen's voice: it is not kept, and must not leave what the bureau has agreed to.
   */
  recognise(recording: Recording): Promise<string | undefined>;
}
