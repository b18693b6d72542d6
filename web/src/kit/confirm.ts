// SPDX-License-Identifier: Apache-2.0
/** Asks before an act that matters: names the thing, and takes the reason that reaches the ledger. */
import { shallowRef } from 'vue'

export interface Ask {
  title: string
  /** The thing by its name, e.g. the number of the letter. */
  thing?: string
  /** What will happen. */
  text?: string
  reason?: 'required' | 'optional'
  reasonLabel?: string
  ok: string
  danger?: boolean
}
export interface Pending extends Ask {
  settle: (answer: string | null) => void
}
export const pending = shallowRef<Pending | null>(null)

/** The reason given ('' when none was asked for), or null when the person changed their mind. */
export function ask(what: Ask): Promise<string | null> {
  pending.value?.settle(null)
  return new Promise((resolve) => {
    pending.value = {
      ...what,
      settle: (answer) => {
        pending.value = null
        resolve(answer)
      },
    }
  })
}
