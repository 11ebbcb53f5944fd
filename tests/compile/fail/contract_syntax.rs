//! What is no contract says what it lacks.

use net_dsl::prelude::*;

mod order {
    pub struct Order;
    net_dsl::messages! { Order }
}
use order::Order;
pub struct Receipt;
pub struct Price;
messages! { Receipt, Price }

contract! { pub ThinArrow: Order -> () {} }
contract! { pub ThinArrowOfRequest: HttpRequest<order::Order> -> HttpResponse {} }
contract! { pub Equals: Order = () {} }
contract! { pub NoAnswer: Order { sends Receipt } }
contract! { pub TwoInputs: Order, Receipt => () {} }
contract! { pub EitherInput: Order | Receipt => () {} }
contract! { pub TwoAnswers: Order => Receipt, Price {} }
contract! { pub NoBraces: Order => () }
contract! { pub EndsWithSemicolon: Order => (); }
contract! { pub NoColon Order => () {} }
contract! { pub InParentheses(Order) => () {} }
contract! { pub struct Till: Order => () {} }
contract! { fn till(Order) -> () {} }
contract! { pub Semicolon: Order => () { sends Receipt; sends Price } }
contract! { pub NoComma: Order => () { sends Receipt sends Price } }
contract! { pub NoCommaAfterPath: Order => () { sends order::Order sends Price } }
contract! { pub NoVerb: Order => () { sends Receipt, Price } }
contract! { pub OnlyAVerb: Order => () { sends } }
contract! { pub ColonInNeed: Order => () { sends: Receipt } }
contract! { pub NeedInText: Order => () { "sends Receipt" } }
contract! { pub Attribute: Order => () { #[inline] sends Receipt } }
contract! { pub Forward<M: Grouped + ?Sized>: M => () {} }
contract! { Order => () {} }
contract! { "Till" }

// Of several the wrong one is named.
contract! {
    /// Right.
    pub Right: Order => () { sends Receipt }
    /// Wrong.
    pub Wrong: Order -> () {}
    pub RightAgain: Order => () {}
}

fn main() {}
