fn main() {
    println!("balanced");
}
