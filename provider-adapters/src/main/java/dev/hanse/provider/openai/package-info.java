/**
 * The dialect of vLLM, SGLang, NIM, TGI, Ollama, llama.cpp's server and LiteLLM. Bodies and chunks
 * are spliced, not re-serialised: what is not understood passes through byte for byte.
 */
@NullMarked
package dev.hanse.provider.openai;

import org.jspecify.annotations.NullMarked;
