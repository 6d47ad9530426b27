import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Actions are ink: light on dark, and dark on light. */
const ink: MantineColorsTuple = [
  '#e6ebf2',
  '#d3dae4',
  '#bcc5d1',
  '#97a3b3',
  '#6b7889',
  '#4d596a',
  '#333d4b',
  '#232b36',
  '#1a212b',
  '#131922',
];

/** Mantine's greys in the hue of our surfaces: it paints inputs, borders and disabled controls with them. */
const dark: MantineColorsTuple = [
  '#e4e9f1',
  '#c6cfdb',
  '#a3afc0',
  '#66758a',
  '#343e4d',
  '#262e3b',
  '#1b222c',
  '#151a22',
  '#0f1319',
  '#0a0d12',
];
const gray: MantineColorsTuple = [
  '#f6f8fa',
  '#eef1f5',
  '#e3e8ef',
  '#d5dce5',
  '#bcc5d1',
  '#97a3b3',
  '#6b7889',
  '#4d596a',
  '#333d4b',
  '#18202b',
];

/** Mantine's components in our sizes and colours: small type, tight controls, quiet surfaces. */
export const theme = createTheme({
  colors: { ink, dark, gray },
  primaryColor: 'ink',
  primaryShade: { light: 9, dark: 0 },
  autoContrast: true,
  luminanceThreshold: 0.4,
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'var(--font-ui)',
  fontFamilyMonospace: 'var(--font-code)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  headings: { fontFamily: 'var(--font-ui)', fontWeight: '600' },
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    Button: {
      defaultProps: { size: 'xs' },
      // Of filled ones: ink, and what stands on it the ground.
      vars: (_theme: unknown, { variant = 'filled' }: { variant?: string }) => ({
        root:
          variant === 'filled'
            ? { '--button-bg': 'var(--text)', '--button-hover': 'var(--dim)', '--button-color': 'var(--app)' }
            : {},
      }),
    },
    // Its head is a header, which outside of every section would be a second banner of the page.
    Modal: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right' } },
    NumberInput: { defaultProps: { size: 'xs' } },
  },
});

/** Mantine's own variables, taken from the tokens, so that there is one place for colours. */
export const cssVariables: CSSVariablesResolver = () => {
  const surfaces = {
    '--mantine-color-body': 'var(--panel)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--dim)',
    '--mantine-color-placeholder': 'var(--faint)',
    '--mantine-color-default': 'var(--raised)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-gray-light-color': 'var(--dim)',
    '--mantine-color-gray-light-hover': 'var(--hover)',
  };
  return { variables: {}, light: surfaces, dark: surfaces };
};
