// SPDX-License-Identifier: MIT
// What an Android app does: one environment, options, a session from the bytes of an asset, a map of inputs.
import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtException
import ai.onnxruntime.OrtSession
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import kotlin.concurrent.thread
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class AndroidTest {
    private val env = OrtEnvironment.getEnvironment()
    private val asset = File(System.getProperty("kante.models"), "add.onnx").readBytes()

    private fun direct(vararg values: Float) =
        ByteBuffer.allocateDirect(4 * values.size).order(ByteOrder.nativeOrder()).asFloatBuffer().apply {
            put(values)
            rewind()
        }

    @Test
    fun sessionFromBytesRunsOnThreads() {
        OrtSession.SessionOptions().use { options ->
            options.setIntraOpNumThreads(1)
            env.createSession(asset, options).use { session ->
                val sums = Array(4) { FloatArray(0) }
                List(4) { i ->
                    thread {
                        OnnxTensor.createTensor(env, direct(1f, 2f, i.toFloat()), longArrayOf(1, 3)).use { a ->
                            session.run(mapOf("a" to a, "b" to a)).use { result ->
                                @Suppress("UNCHECKED_CAST")
                                sums[i] = (result[0].value as Array<FloatArray>)[0]
                            }
                        }
                    }
                }.forEach { it.join() }
                sums.forEachIndexed { i, sum -> assertEquals(listOf(2f, 4f, 2f * i), sum.toList()) }
            }
        }
    }

    @Test
    fun aLibraryOfOperatorsThatIsNotThere() {
        OrtSession.SessionOptions().use { options ->
            val error = assertThrows(OrtException::class.java) { options.registerCustomOpLibrary("/nowhere/libops.so") }
            assertTrue(error.message!!.contains("/nowhere/libops.so"))
        }
    }
}
