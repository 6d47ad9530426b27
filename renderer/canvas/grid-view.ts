import type { RafScheduler } from '../raf-scheduler.ts';
import type { Changes, PastPages } from '../store/pages/page-history.ts';
import { allPages, inverted, noPages, type PageSet } from '../store/pages/page-set.ts';
import type { RegionPages } from '../store/pages/pages.ts';
import { paintBoundaries } from './boundaries.ts';
import { Camera, minimap } from './camera.ts';
import { makeFlash } from './flash.ts';
import { type FrameScene, paintGutter, paintMinimap, paintRuler } from './frame.ts';
import { type Point, smallerSide, topView } from './layout.ts';
import { paintMarks } from './marks.ts';
import { type CellWords, paintPages } from './paint.ts';
import { paintDifference, paintHighlight, paintLit, paintSelection } from './paint-selection.ts';
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
  /** The page under the pointer; else the cursor’s, while keys come here. */
  readonly page: number | undefined;
  readonly selection: PageSet;
  /** Whether cells can be made larger, and whether they have been. */
  readonly canEnlarge: boolean;
  readonly zoomed: boolean;
}

export const noFocus: GridFocus = { page: undefined, selection: noPages, canEnlarge: false, zoomed: false };

export interface GridOptions {
  readonly pages: number;
  /** Where the region begins, and how large a page is. */
  readonly address: number;
  readonly pageSize: number;
  /** What the pages are now; undefined until the first snapshot. */
  readonly region: () => RegionPages | undefined;
  /** The index of the newest step up to the playhead, -1 before the first: what it has changed has a rim. */
  readonly shownStep: () => number;
  readonly scheduler: RafScheduler;
  /** Called when the focus has changed, at most once per drawing. */
  readonly onFocus: (focus: GridFocus) => void;
  /** Called at once when the person has selected other pages: a key may follow that acts on them. */
  readonly onSelect: (pages: PageSet) => void;
  readonly onGoTo: () => void;
  readonly pageNumber: (page: number) => string;
}

/** From this size on cells have the rims of several steps, CSS pixels. */
const rimmedCell = 16;

/**
 * The canvas of one region. It owns the camera, the cursor and the selection, and draws when the scheduler says so;
 * React makes it, hands it what to show, and hears what the person points at.
 */
export class GridView {
  readonly #canvas: HTMLCanvasElement;
  readonly #options: GridOptions;
  readonly #camera: Camera;
  readonly #pictures = {
    pages: new PixelPicture(),
    selection: new PixelPicture(),
    veil: new PixelPicture(),
    marks: new PixelPicture(),
    whole: new PixelPicture(),
  };
  #gutter: { readonly canvas: HTMLCanvasElement; readonly from: number } | undefined;
  #ruler: HTMLCanvasElement | undefined;
  #framed = '';
  #past: PastPages | 'unmapped' | undefined;
  #palette: Palette;
  #sprites: { cell: string; scale: number; of: Palette; made: Sprites } | undefined;
  #selection: Selection = noSelection;
  #hover: number | undefined;
  #filter: LegendEntry | undefined;
  #highlight: PageSet | undefined;
  #lit: { readonly pages: PageSet; readonly others: PageSet } | undefined;
  #vmas: readonly number[] = [];
  #changed: { readonly pages: PageSet; readonly others: PageSet } | undefined;
  #words: CellWords | undefined;
  #told: GridFocus = noFocus;

  constructor(canvas: HTMLCanvasElement, columns: number, options: GridOptions) {
    this.#canvas = canvas;
    this.#options = options;
    this.#palette = readPalette(canvas);
    this.#camera = new Camera(options.pages, columns);
  }

  dispose(): void {
    this.#options.scheduler.forget(this.draw);
  }

  /** The canvases beside and above it; the gutter’s addresses begin below `from`, CSS pixels. */
  frame(gutter: HTMLCanvasElement | null, from: number, ruler: HTMLCanvasElement | null): void {
    const known = this.#gutter;
    if (known?.canvas === (gutter ?? undefined) && known?.from === from && this.#ruler === (ruler ?? undefined)) return;
    this.#gutter = gutter ? { canvas: gutter, from } : undefined;
    this.#ruler = ruler ?? undefined;
    this.#framed = '';
    this.#redraw();
  }

  /** The columns that all regions share have become others. */
  share(columns: number): void {
    if (this.#camera.share(columns)) this.#redraw();
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

  /** The first pages of VMAs, but for that of the region: a line stands where one ends. */
  divide(vmas: readonly number[]): void {
    this.#vmas = vmas;
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
    if (first !== undefined) this.#camera.reveal(first);
    this.#redraw();
  }

  /** Leaves some pages lit while a word of the sentence is pointed at; of `none` all step back. */
  light(pages: PageSet | undefined): void {
    this.#lit = pages && { pages, others: inverted(pages, this.#options.pages) };
    this.#redraw();
  }

  /** What cells say besides their numbers. */
  say(words: CellWords | undefined): void {
    this.#words = words;
    this.#redraw();
  }

  /** Something outside that the drawing shows has changed, such as the focus. */
  refresh(): void {
    this.#redraw();
  }

  /** The theme has changed. */
  recolour(): void {
    this.#palette = readPalette(this.#canvas);
    this.#framed = '';
    this.#redraw();
  }

  resize(width: number, height: number, devicePixelRatio: number): void {
    this.#canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
    this.#canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
    this.#camera.resize({ width, height }, devicePixelRatio);
    // A resized canvas is empty until it is drawn: do not wait for the next frame.
    this.draw();
  }

  /** Larger cells or smaller ones, by one rung of the ladder of columns; what is under `at` keeps its height. */
  zoom(closer: boolean, at?: Point): void {
    if (this.#camera.zoom(closer, at)) this.#redraw();
  }

  fit(): void {
    this.#camera.fit();
    this.#redraw();
  }

  /** Scrolls; false where there is nowhere to go. */
  scroll(dy: number): boolean {
    const scrolled = this.#camera.scroll(dy);
    if (scrolled) this.#redraw();
    return scrolled;
  }

  /** Puts the cursor on a page, at a size at which it can be seen. */
  goTo(page: number): void {
    this.#camera.approach(page);
    this.#choose(moveTo(this.#selection, page, { extend: false, keep: false }));
  }

  hover(at: Point | undefined): void {
    const page = at && this.#camera.pageAt(at);
    if (page === this.#hover) return;
    this.#hover = page;
    this.#redraw();
  }

  /** Selects the page at a point, as `moveTo` says. A point beside the pages clears. */
  pick(at: Point, modifiers: Modifiers): void {
    if (this.#jump(at)) return;
    const page = this.#camera.pageAt(at);
    if (page !== undefined) this.#choose(moveTo(this.#selection, page, modifiers));
    else if (!modifiers.keep && !modifiers.extend) this.clear();
  }

  /** A drag has reached a point, inside the picture or not. */
  dragTo(at: Point): void {
    if (!this.#jump(at)) this.#choose(dragTo(this.#selection, this.#camera.nearest(at)));
  }

  selectAll(): void {
    this.#choose(withPages(this.#selection, allPages(this.#options.pages)));
  }

  /** Turns the cursor's page over. */
  toggle(): void {
    const { cursor } = this.#selection;
    if (cursor !== undefined) this.#choose(moveTo(this.#selection, cursor, { extend: false, keep: true }));
  }

  clear(): void {
    this.#choose(noSelection);
  }

  askWhere(): void {
    this.#options.onGoTo();
  }

  /** Moves the cursor by a key, and the selection with it unless Ctrl is held; false for keys that don’t move it. */
  key(key: string, { extend, keep }: Modifiers): boolean {
    const { layout, viewport } = this.#camera;
    const { pages, columns, cell } = layout;
    const rowsSeen = Math.floor(viewport.height / cell.height);
    const page = cursorAfter(key, this.#selection.cursor, { pages, columns, rowsSeen }, keep);
    if (page === undefined) return false;
    this.#hover = undefined;
    this.#camera.reveal(page);
    const wanders = keep && !extend && key.startsWith('Arrow');
    // With Ctrl, Home and End go further; that says nothing of what is selected already.
    const keeps = keep && key.startsWith('Arrow');
    this.#choose(wanders ? wander(this.#selection, page) : moveTo(this.#selection, page, { extend, keep: keeps }));
    return true;
  }

  readonly draw = (): void => {
    const context = this.#canvas.getContext('2d');
    const { layout, view, viewport, scale } = this.#camera;
    const { width, height } = viewport;
    if (!context || width === 0 || height === 0) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = this.#palette.well;
    context.fillRect(0, 0, width, height);
    const base = { layout, view, viewport, palette: this.#palette };
    const region = this.#options.region();
    const shown = this.#past ?? region;
    const { cursor } = this.#selection;
    const focused = this.#canvas.parentElement?.matches(':focus-within') ?? false;
    // Of pages that were chosen by other means the first is told, once the keys come here.
    const page = this.#hover ?? (focused ? (cursor ?? this.#selection.pages.runs[0]) : undefined);
    if (region && shown && shown !== 'unmapped' && shown.flags.length > 0) {
      const scene = {
        ...base,
        sprites: this.#spritesNow(),
        states: stateTable(shown.unknown),
        flags: shown.flags,
        bins: shown.bins,
        filter: this.#filter,
        // Where the changes are marked, rims would look alike.
        flash: this.#changed ? undefined : this.#rims('changes' in shown ? shown.changes : shown),
        pageNumber: this.#options.pageNumber,
        words: this.#words,
      };
      paintPages(context, this.#pictures.pages, scene);
      const left = this.#camera.minimapLeft;
      if (left !== undefined) {
        context.save();
        context.translate(left, 0);
        const cell = { width: minimap.width / layout.columns, height: height / layout.rows };
        const whole = {
          ...scene,
          layout: { ...layout, cell },
          view: topView,
          sprites: undefined,
          flash: undefined,
        };
        paintPages(context, this.#pictures.whole, whole);
        context.restore();
        paintMinimap(context, this.#frameScene(page), left, minimap.width);
      }
    }
    paintBoundaries(context, this.#frameScene(page), this.#past ? [] : this.#vmas);
    if (this.#lit) paintLit(context, this.#pictures.veil, base, this.#lit.others);
    paintSelection(context, this.#pictures.selection, { ...base, pages: this.#selection.pages });
    const highlight = this.#highlight;
    const changed = this.#changed;
    if (changed) paintDifference(context, this.#pictures, { ...base, pages: changed.pages }, changed.others);
    // Where the changes are marked, what the step was about is not drawn over them.
    else if (highlight) paintHighlight(context, this.#pictures.marks, { ...base, pages: highlight });
    paintMarks(context, { ...base, hover: this.#hover, cursor, focused });
    this.#paintFrame(page);
    this.#tell(page);
  };

  #rims(changes: Changes) {
    const newest = this.#options.shownStep();
    // Of small cells a net of rims would outshine the pages: only what the newest step did has one.
    const flash = makeFlash(changes, newest);
    if (!flash || smallerSide(this.#camera.layout) >= rimmedCell) return flash;
    const last = changes.moments.findIndex(({ step }, index) => index >= flash.first && step >= newest);
    return last < 0 ? undefined : { ...flash, first: last };
  }

  #frameScene(page: number | undefined): FrameScene {
    const { address, pageSize } = this.#options;
    const { layout, view, viewport, scale } = this.#camera;
    return { layout, view, viewport, palette: this.#palette, scale, address, pageSize, page };
  }

  /** Addresses and ruler, which are others only when the view or the page is. */
  #paintFrame(page: number | undefined): void {
    const { layout, view, viewport, scale } = this.#camera;
    const { width, height } = layout.cell;
    const framed = [layout.columns, width, height, view.y, viewport.width, viewport.height, scale, page].join();
    if (framed === this.#framed) return;
    this.#framed = framed;
    const scene = this.#frameScene(page);
    if (this.#gutter) paintGutter(this.#gutter.canvas, scene, this.#gutter.from);
    if (this.#ruler) paintRuler(this.#ruler, scene);
  }

  /** A press on the small picture of the whole goes there. */
  #jump(at: Point): boolean {
    const jumped = this.#camera.jump(at);
    if (jumped) this.#redraw();
    return jumped;
  }

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
    const { layout, scale } = this.#camera;
    const size = layout.cell;
    if (smallerSide(layout) < spriteCell) return undefined;
    const cell = `${size.width}x${size.height}`;
    const known = this.#sprites;
    if (known && known.cell === cell && known.scale === scale && known.of === this.#palette) return known.made;
    const made = makeSprites(this.#palette, size, scale);
    this.#sprites = { cell, scale, of: this.#palette, made };
    return made;
  }

  #tell(page: number | undefined): void {
    const selection = this.#selection.pages;
    const { zoomed, canEnlarge } = this.#camera;
    const told = this.#told;
    if (
      page === told.page &&
      zoomed === told.zoomed &&
      canEnlarge === told.canEnlarge &&
      selection === told.selection
    ) {
      return;
    }
    this.#told = { page, selection, zoomed, canEnlarge };
    this.#options.onFocus(this.#told);
  }
}
