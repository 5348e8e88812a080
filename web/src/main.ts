// Starts the application. Invariant: the theme is set before anything is shown.
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/code.css';
import App from './App.svelte';
import { theme } from './lib/theme.svelte';

theme.apply();
const target = document.getElementById('app');
if (target) {
  mount(App, { target });
}
