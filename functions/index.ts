import { readConfig } from '../src/config';
import { compose } from './compose';

// The entry point of the function app. Bad configuration throws here, and FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR=true
// makes the platform show it instead of "no functions found".
compose(readConfig(process.env));
