use super::*;
pub mod lambda {
    pub enum EventSourceMapping {}
    pub enum Function {}
    pub mod function {
        use super::super::*;
        pub const EPHEMERAL_STORAGE_SIZE: Property<super::Function, Whole> =
            Property::new("EphemeralStorage/Size");
    }
}
pub mod iam {
    pub enum Role {}
}
pub mod logs {
    pub enum LogGroup {}
}
pub mod sqs {
    pub enum Queue {}
}
pub mod sns {
    pub enum Topic {}
}
pub mod dynamodb {
    pub enum Table {}
}
pub mod scheduler {
    pub enum Schedule {}
}
pub mod apigatewayv2 {
    pub enum Api {}
    pub enum Stage {}
}
