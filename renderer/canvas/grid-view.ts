import type { RafScheduler } from '../raf-scheduler.ts';
import type { PastPages } from '../store/pages/page-history.ts';
import { allPages, inverted, noPages, type PageSet } from '../store/pages/page-set.ts';
import type { RegionPages } from '../store/pages/pages.ts';
import { makeFlash } from './flash.ts';
import {
  cellSize,
  clampView,
  fitLayout,
  type Layout,
  nearestPage,
  type Point,
  pageAt,
  reveal,
  type View,
  type Viewport,
  wholeView,
  zoomAt,
} from './layout.ts';
import { paintMarks } from './marks.ts';
import { paintPages } from './paint.ts';
import { paintDifference, paintHighlight, paintSelection } from './paint-selection.ts';
import { type LegendEntry, type Palette, readPalette, stateTable } from './palette.ts';
import { PixelPicture } from './pixel-picture.ts';
import {
  cursorAfter,
  dragTo,
  type Modifiers,
  moveTo,
  noSelection,
  type Selection,
  wander,
  withPages,
} from './selection.ts';
import { makeSprites, type Sprites, spriteCell } from './sprites.ts';

/** What the texts around the grid tell of it. */
export interface GridFocus {
  /** The page under the pointer, else the cursor's. */
  readonly page: number | undefined;
  readonly selection: PageSet;
  readonly zoom: number;
}

export const noFocus: GridFocus = { page: undefined, selection: noPages, zoom: 1 };

export interface GridOptions {
  readonly pages: number;
  /** What the pages are now; undefined until the first snapshot. */
  readonly region: () => RegionPages | undefined;
  readonly scheduler: RafScheduler;
  /** Called when the focus has changed, at most once per drawing. */
  readonly onFocus: (focus: GridFocus) => void;
  /** Called at once when the person has selected other pages: a key may follow that acts on them. */
  readonly onSelect: (pages: PageSet) => void;
  readonly pageNumber: (page: number) => string;
}

/**
 * The canvas of one region. It owns the view (zoom, position), the cursor and the selection, and draws when the
 * scheduler says so; React makes it, hands it what to show, and hears what the person points at.
 */
export class GridView {
  readonly #canvas: HTMLCanvasElement;
  readonly #options: GridOptions;
  readonly #pictures = {
    pages: new PixelPicture(),
    selection: new PixelPicture(),
    veil: new PixelPicture(),
    marks: new PixelPicture(),
  };
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)');
  #past: PastPages | 'unmapped' | undefined;
  #layout: Layout;
  #viewport: Viewport = { width: 0, height: 0 };
  #scale = 1;
  #view: View = wholeView;
  #palette: Palette;
  #sprites: { cell: number; scale: number; of: Palette; made: Sprites } | undefined;
  #selection: Selection = noSelection;
  #hover: number | undefined;
  #filter: LegendEntry | undefined;
  #highlight: PageSet | undefined;
  #changed: { readonly pages: PageSet; readonly others: PageSet } | undefined;
  #told: GridFocus = noFocus;

  constructor(canvas: HTMLCanvasElement, options: GridOptions) {
    this.#canvas = canvas;
    this.#options = options;
    this.#palette = readPalette(canvas);
    this.#layout = fitLayout(options.pages, this.#viewport, 1);
  }

  dispose(): void {
    this.#options.scheduler.forget(this.draw);
  }

  /** Selects other pages, chosen by other means than pointer and keys of this grid. */
  select(pages: PageSet): void {
    if (pages === this.#selection.pages) return;
    this.#selection = withPages(this.#selection, pages);
    this.#redraw();
  }

  /** Shows a past moment instead of the present. */
  showPast(past: PastPages | 'unmapped' | undefined): void {
    if (past === this.#past) return;
    this.#past = past;
    this.#redraw();
  }

  /** Marks the pages that differ from what they were before. */
  mark(changed: PageSet | undefined): void {
    if (changed === this.#changed?.pages) return;
    this.#changed = changed && { pages: changed, others: inverted(changed, this.#options.pages) };
    this.#redraw();
  }

  /** Picks out one entry of the legend; the other pages are dimmed. */
  filter(entry: LegendEntry | undefined): void {
    this.#filter = entry;
    this.#redraw();
  }

  /** Outlines the pages that a step was about, and brings them into sight. */
  highlight(pages: PageSet | undefined): void {
    this.#highlight = pages;
    const first = pages?.runs[0];
    if (first !== undefined)
      this.#view = reveal(Math.min(first, this.#layout.pages - 1), this.#layout, this.#view, this.#viewport);
    this.#redraw();
  }

  /** Something outside that the drawing shows has changed, such as the focus. */
  refresh(): void {
    this.#redraw();
  }

  /** The theme has changed. */
  recolour(): void {
    this.#palette = readPalette(this.#canvas);
    this.#redraw();
  }

  resize(width: number, height: number, devicePixelRatio: number): void {
    this.#viewport = { width, height };
    this.#scale = devicePixelRatio;
    this.#canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
    this.#canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
    this.#layout = fitLayout(this.#options.pages, this.#viewport, devicePixelRatio);
    this.#view = clampView(this.#view, this.#layout, this.#viewport);
    // A resized canvas is empty until it is drawn: do not wait for the next frame.
    this.draw();
  }

  zoom(factor: number, at?: Point): void {
    const centre = { x: this.#viewport.width / 2, y: this.#viewport.height / 2 };
    this.#view = zoomAt(this.#view, factor, at ?? centre, this.#layout, this.#viewport);
    this.#redraw();
  }

  fit(): void {
    this.#view = clampView(wholeView, this.#layout, this.#viewport);
    this.#redraw();
  }

  pan(dx: number, dy: number): void {
    const { x, y, zoom } = this.#view;
    this.#view = clampView({ zoom, x: x - dx, y: y - dy }, this.#layout, this.#viewport);
    this.#redraw();
  }

  hover(at: Point | undefined): void {
    const page = at && pageAt(at, this.#layout, this.#view);
    if (page === this.#hover) return;
    this.#hover = page;
    this.#redraw();
  }

  /** Selects the page at a point, as `moveTo` says. A point beside the pages clears. */
  pick(at: Point, modifiers: Modifiers): void {
    const page = pageAt(at, this.#layout, this.#view);
    if (page !== undefined) this.#choose(moveTo(this.#selection, page, modifiers));
    else if (!modifiers.keep && !modifiers.extend) this.clear();
  }

  /** A drag has reached a point, inside the picture or not. */
  dragTo(at: Point): void {
    this.#choose(dragTo(this.#selection, nearestPage(at, this.#layout, this.#view)));
  }

  selectAll(): void {
    this.#choose(withPages(this.#selection, allPages(this.#layout.pages)));
  }

  /** Turns the cursor's page over. */
  toggle(): void {
    const { cursor } = this.#selection;
    if (cursor !== undefined) this.#choose(moveTo(this.#selection, cursor, { extend: false, keep: true }));
  }

  clear(): void {
    this.#choose(noSelection);
  }

  /** Moves the cursor by a key, and the selection with it unless Ctrl is held; false for keys that don’t move it. */
  key(key: string, { extend, keep }: Modifiers): boolean {
    const { pages, columns } = this.#layout;
    const rowsSeen = Math.floor(this.#viewport.height / cellSize(this.#layout, this.#view));
    const page = cursorAfter(key, this.#selection.cursor, { pages, columns, rowsSeen }, keep);
    if (page === undefined) return false;
    this.#hover = undefined;
    this.#view = reveal(page, this.#layout, this.#view, this.#viewport);
    const wanders = keep && !extend && key.startsWith('Arrow');
    // With Ctrl, Home and End go further; that says nothing of what is selected already.
    const keeps = keep && key.startsWith('Arrow');
    this.#choose(wanders ? wander(this.#selection, page) : moveTo(this.#selection, page, { extend, keep: keeps }));
    return true;
  }

  readonly draw = (): void => {
    const context = this.#canvas.getContext('2d');
    const { width, height } = this.#viewport;
    if (!context || width === 0 || height === 0) return;
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    context.fillStyle = this.#palette.well;
    context.fillRect(0, 0, width, height);
    const base = { layout: this.#layout, view: this.#view, viewport: this.#viewport, palette: this.#palette };
    const region = this.#options.region();
    const shown = this.#past ?? region;
    if (region && shown && shown !== 'unmapped' && shown.flags.length > 0) {
      const still = this.#past !== undefined || this.#stillness.matches;
      const flash = still ? undefined : makeFlash(region, performance.now());
      paintPages(context, this.#pictures.pages, {
        ...base,
        sprites: this.#spritesNow(),
        states: stateTable(shown.unknown),
        flags: shown.flags,
        bins: shown.bins,
        filter: this.#filter,
        flash,
        pageNumber: this.#options.pageNumber,
      });
      if (flash) this.#redraw();
    }
    paintSelection(context, this.#pictures.selection, { ...base, pages: this.#selection.pages });
    const highlight = this.#highlight;
    const changed = this.#changed;
    if (changed) paintDifference(context, this.#pictures, { ...base, pages: changed.pages }, changed.others);
    // Where the changes are marked, what the step was about is not drawn over them.
    else if (highlight) paintHighlight(context, this.#pictures.marks, { ...base, pages: highlight });
    paintMarks(context, {
      ...base,
      hover: this.#hover,
      cursor: this.#selection.cursor,
      focused: this.#canvas.parentElement?.matches(':focus-within') ?? false,
    });
    this.#tell();
  };

  #choose(selection: Selection): void {
    const other = selection.pages !== this.#selection.pages;
    this.#selection = selection;
    this.#redraw();
    if (other) this.#options.onSelect(selection.pages);
  }

  #redraw(): void {
    this.#options.scheduler.request(this.draw);
  }

  #spritesNow(): Sprites | undefined {
    const cell = cellSize(this.#layout, this.#view);
    if (cell < spriteCell) return undefined;
    const known = this.#sprites;
    if (known && known.cell === cell && known.scale === this.#scale && known.of === this.#palette) return known.made;
    const made = makeSprites(this.#palette, cell, this.#scale);
    this.#sprites = { cell, scale: this.#scale, of: this.#palette, made };
    return made;
  }

  #tell(): void {
    const { cursor, pages: selection } = this.#selection;
    const focus: GridFocus = { page: this.#hover ?? cursor, selection, zoom: this.#view.zoom };
    const told = this.#told;
    if (focus.page === told.page && focus.zoom === told.zoom && selection === told.selection) return;
    this.#told = focus;
    this.#options.onFocus(focus);
  }
}
