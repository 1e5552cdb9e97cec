// SPDX-License-Identifier: MIT
//! The crate `ort`, loading libkante.so: client LIBRARY MODELS. Panics where something is not as it should be.
use std::path::{Path, PathBuf};

use ort::memory::{AllocationDevice, AllocatorType, MemoryInfo, MemoryType};
use ort::operator::{Kernel, KernelContext, ComputeContext, Operator, OperatorDomain, OperatorInput, OperatorOutput};
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{RunOptions, Session};
use ort::value::{DynSequenceValueType, DynValue, Tensor, TensorElementType, TensorRef};

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Models(PathBuf);

impl Models {
    fn open(&self, name: &str) -> ort::Result<Session> {
        Session::builder()?.commit_from_file(self.path(name))
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.onnx"))
    }
}

fn run(models: &Models) -> Outcome {
    let mut session = models.open("add")?;
    assert_eq!(session.inputs().iter().map(|i| i.name()).collect::<Vec<_>>(), ["a", "b"]);
    let a = ndarray::array![[1f32, 2., 3.]];
    let b = Tensor::from_array(([1usize, 3], vec![4f32, 5., 6.]))?;
    let outputs = session.run(ort::inputs! { "a" => TensorRef::from_array_view(&a)?, "b" => &b })?;
    assert_eq!(outputs["sum"].try_extract_array::<f32>()?, ndarray::array![[5f32, 7., 9.]].into_dyn());
    assert_eq!(outputs["product"].try_extract_tensor::<f32>()?.1, [4., 10., 18.]);
    Ok(())
}

fn ort_format(models: &Models) -> Outcome {
    let file = models.0.join("add.ort");
    let bytes = std::fs::read(&file)?;
    let forced = Session::builder()?.with_config_entry("session.load_model_format", "ORT")?.commit_from_memory(&bytes)?;
    for mut session in [Session::builder()?.commit_from_file(&file)?, Session::builder()?.commit_from_memory(&bytes)?, forced] {
        assert_eq!(session.metadata()?.custom("author").as_deref(), Some("somebody"));
        let a = Tensor::from_array(([1usize, 3], vec![1f32, 2., 3.]))?;
        let outputs = session.run(ort::inputs! { "a" => &a, "b" => &a })?;
        assert_eq!(outputs["product"].try_extract_tensor::<f32>()?.1, [1., 4., 9.]);
    }
    let cut = Session::builder()?.commit_from_memory(&bytes[..bytes.len() / 2]).err().unwrap().to_string();
    assert!(cut.contains("leads outside the file"), "{cut}");
    Ok(())
}

fn strings(models: &Models) -> Outcome {
    let mut session = models.open("identity_string")?;
    let words = ["", "zwölf", "日本語", "d"];
    let x = Tensor::from_string_array(([2usize, 2], &words[..]))?;
    let outputs = session.run(ort::inputs! { "x" => x })?;
    assert_eq!(outputs["y"].try_extract_strings()?.1, words);
    Ok(())
}

fn metadata(models: &Models) -> Outcome {
    let session = models.open("add")?;
    let metadata = session.metadata()?;
    assert_eq!(metadata.producer().as_deref(), Some("kante"));
    assert_eq!(metadata.domain().as_deref(), Some("org.example"));
    assert_eq!(metadata.version(), Some(7));
    assert_eq!(metadata.custom("author").as_deref(), Some("somebody"));
    let defaults = models.open("overridable")?;
    assert_eq!(defaults.overridable_initializers().len(), 1);
    Ok(())
}

fn options(models: &Models) -> Outcome {
    let mut session = Session::builder()?
        .with_intra_threads(2)?
        .with_optimization_level(GraphOptimizationLevel::Disable)?
        .with_parallel_execution(false)?
        .with_memory_pattern(false)?
        .with_deterministic_compute(true)?
        .with_config_entry("session.set_denormal_as_zero", "1")?
        .commit_from_memory(&std::fs::read(models.path("add"))?)?;
    let a = Tensor::from_array(([1usize, 3], vec![1f32, 2., 3.]))?;
    let options = RunOptions::new()?;
    options.terminate()?;
    let stopped = session.run_with_options(ort::inputs! { "a" => &a, "b" => &a }, &options);
    assert!(stopped.err().unwrap().to_string().contains("Exiting due to terminate flag being set to true."));
    options.unterminate()?;
    session.run_with_options(ort::inputs! { "a" => &a, "b" => &a }, &options)?;
    Ok(())
}

fn binding(models: &Models) -> Outcome {
    let mut session = models.open("add")?;
    let a = Tensor::from_array(([1usize, 3], vec![1f32, 2., 3.]))?;
    let mut binding = session.create_binding()?;
    binding.bind_input("a", &a)?;
    binding.bind_input("b", &a)?;
    binding.bind_output("sum", Tensor::from_array(([1usize, 3], vec![0f32; 3]))?)?;
    let host = MemoryInfo::new(AllocationDevice::CPU, 0, AllocatorType::Device, MemoryType::Default)?;
    binding.bind_output_to_device("product", &host)?;
    let outputs = session.run_binding(&binding)?;
    assert_eq!(outputs["sum"].try_extract_tensor::<f32>()?.1, [2., 4., 6.]);
    assert_eq!(outputs["product"].try_extract_tensor::<f32>()?.1, [1., 4., 9.]);
    Ok(())
}

fn containers(models: &Models) -> Outcome {
    let mut session = models.open("zip_map")?;
    let x = Tensor::from_array(([2usize, 3], vec![0.5f32, 0.25, 0.125, 1., 2., 3.]))?;
    let outputs = session.run(ort::inputs! { "x" => x })?;
    let maps = outputs["maps"].downcast_ref::<DynSequenceValueType>()?;
    let maps = maps.try_extract_sequence::<ort::value::DynMapValueType>()?;
    assert_eq!(maps.len(), 2);
    let second = maps[1].try_extract_map::<i64, f32>()?;
    assert_eq!(second[&30], 3.0);
    Ok(())
}

fn errors(models: &Models) -> Outcome {
    let absent = models.open("absent").err().unwrap().to_string();
    assert!(absent.contains("absent.onnx"), "{absent}");
    assert!(Session::builder()?.commit_from_memory(b"no model").is_err());
    let mut session = models.open("add")?;
    let integers = Tensor::from_array(([1usize, 3], vec![1i32, 2, 3]))?;
    let wrong = session.run(ort::inputs! { "a" => &integers, "b" => &integers }).err().unwrap().to_string();
    assert!(wrong.contains("Unexpected input data type"), "{wrong}");
    Ok(())
}

struct Scale;
struct ScaleKernel(f32);

impl Operator for Scale {
    type Kernel<'attr> = ScaleKernel;
    fn name(&self) -> &str {
        "Scale"
    }
    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::required(TensorElementType::Float32)]
    }
    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }
    fn create_kernel<'attr>(&self, context: &KernelContext<'attr>) -> ort::Result<ScaleKernel> {
        Ok(ScaleKernel(context.get::<f32>("factor").expect("an attribute 'factor'")))
    }
}

impl Kernel for ScaleKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let x = context.input(0)?.expect("an input");
        let (shape, values) = x.try_extract_tensor::<f32>()?;
        let mut y = context.output(0, shape.to_vec())?.expect("an output");
        let (_, out) = y.try_extract_tensor_mut::<f32>()?;
        for (to, from) in out.iter_mut().zip(values) {
            *to = self.0 * from;
        }
        Ok(())
    }
}

fn custom_operator(models: &Models) -> Outcome {
    let mut session = Session::builder()?
        .with_operators(OperatorDomain::new("test.custom")?.add(Scale)?)?
        .commit_from_file(models.path("custom"))?;
    let x = Tensor::from_array(([3usize], vec![1f32, -2., 4.]))?;
    let outputs = session.run(ort::inputs! { "x" => x })?;
    assert_eq!(outputs["y"].try_extract_tensor::<f32>()?.1, [2.5, -5., 10.]);
    Ok(())
}

fn threads(models: &Models) -> Outcome {
    let path = models.path("add");
    std::thread::scope(|scope| {
        for i in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut session = Session::builder().unwrap().commit_from_file(path).unwrap();
                for _ in 0..50 {
                    let a = Tensor::from_array(([1usize, 3], vec![i as f32; 3])).unwrap();
                    let outputs = session.run(ort::inputs! { "a" => &a, "b" => &a }).unwrap();
                    let sum: &DynValue = &outputs["sum"];
                    assert_eq!(sum.try_extract_tensor::<f32>().unwrap().1, [2.0 * i as f32; 3]);
                }
            });
        }
    });
    Ok(())
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    let committed = ort::init_from(Path::new(&arguments[1]))?.with_name("client").commit();
    assert!(committed);
    let models = Models(PathBuf::from(&arguments[2]));
    let tests: [(&str, fn(&Models) -> Outcome); 10] = [
        ("run", run), ("ort format", ort_format), ("strings", strings), ("metadata", metadata), ("options", options), ("binding", binding),
        ("containers", containers), ("errors", errors), ("custom operator", custom_operator), ("threads", threads),
    ];
    for (name, test) in tests {
        test(&models).map_err(|e| format!("{name}: {e}"))?;
    }
    println!("Rust crate ort: {} tests passed", tests.len());
    Ok(())
}
