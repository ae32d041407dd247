//! stub
pub mod tensors {
    //! stub
    use std::collections::BTreeMap;
    /// t
    #[derive(Clone, Debug)]
    pub struct Tensor {
        /// n
        pub name: String,
        /// s
        pub shape: Vec<usize>,
        /// d
        pub dtype: String,
        /// d
        pub data: Vec<f64>,
    }
    /// ts
    pub struct Tensors {
        /// f
        pub format: &'static str,
        /// t
        pub tensors: Vec<Tensor>,
        /// m
        pub metadata: BTreeMap<String, String>,
        /// s
        pub skipped: Vec<String>,
    }
    impl Tensors {
        /// g
        pub fn get(&self, name: &str) -> Option<&Tensor> {
            self.tensors.iter().find(|t| t.name == name)
        }
    }
    /// r
    pub fn read(path: &std::path::Path) -> Result<Tensors, String> {
        let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
        let st = safetensors::SafeTensors::deserialize(&bytes).map_err(|e| e.to_string())?;
        let tensors = st.tensors().into_iter().map(|(name, v)| Tensor {
            name, shape: v.shape().to_vec(), dtype: "f32".into(),
            data: v.data().chunks(4).map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap()))).collect(),
        }).collect();
        Ok(Tensors { format: "safetensors", tensors, metadata: BTreeMap::new(), skipped: vec![] })
    }
}
