import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { X } from 'lucide-preact';
import type { Order } from '../api/queries';
import { useOrder } from '../api/queries';
import { TextArea } from './form';
import { Problem } from './parts';

/** A dialog over the page: the browser's own, so that focus, Escape and the rest of the page are looked after. */
export function Dialog({
  title,
  onClose,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? 'dialog wide-dialog' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div class="dialog-inner">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
            <X size={18} aria-hidden="true" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/**
 * A button that gives an order after asking for its reason in a dialog. `order` makes it from the reason. What refuses it is shown in
 * the dialog, and nothing that was typed is lost.
 */
export function OrderButton<Body = unknown>({
  label,
  title,
  text,
  confirm = label,
  tone = 'neutral',
  needsReason = true,
  order,
  changes,
  done,
  then,
  disabled = false,
  children,
}: {
  readonly label: ComponentChildren;
  readonly title: string;
  /** What the order does, in full sentences. */
  readonly text?: ComponentChildren;
  readonly confirm?: ComponentChildren;
  readonly tone?: 'neutral' | 'primary' | 'danger';
  readonly needsReason?: boolean;
  readonly order: (reason: string) => Order;
  readonly changes?: readonly string[];
  readonly done?: (body: Body) => string;
  readonly then?: (body: Body) => void;
  readonly disabled?: boolean;
  /** More fields; they keep their own state. */
  readonly children?: ComponentChildren;
}) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const giving = useOrder<Body>({
    ...(changes === undefined ? {} : { changes }),
    ...(done === undefined ? {} : { done }),
    then: (body) => {
      setOpen(false);
      setReason('');
      then?.(body);
    },
  });
  return (
    <>
      <button type="button" class={`button ${tone}`} disabled={disabled} onClick={() => setOpen(true)}>
        {label}
      </button>
      {open ? (
        <Dialog
          title={title}
          onClose={() => {
            setOpen(false);
            giving.reset();
          }}
        >
          <form
            onSubmit={(event) => {
              event.preventDefault();
              giving.mutate(order(reason.trim()));
            }}
          >
            {text === undefined ? null : <p>{text}</p>}
            {children}
            {needsReason ? (
              <TextArea
                label="Reason"
                help="It is kept in the ledger with your name."
                value={reason}
                onInput={setReason}
                required
                maxLength={1024}
                rows={2}
              />
            ) : null}
            {giving.error === null ? null : <Problem error={giving.error} />}
            <div class="dialog-actions">
              <button type="button" class="button" onClick={() => setOpen(false)}>
                Cancel
              </button>
              <button
                type="submit"
                class={`button ${tone === 'neutral' ? 'primary' : tone}`}
                disabled={giving.isPending}
              >
                {giving.isPending ? 'Asking…' : confirm}
              </button>
            </div>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}
