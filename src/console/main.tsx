import { render } from 'preact';
import { App } from './app';
import { keepLive } from './api/now';
import { startSession } from './session/session';
import './style/index.css';

keepLive();
void startSession();
const place = document.getElementById('app');
if (place !== null) render(<App />, place);
