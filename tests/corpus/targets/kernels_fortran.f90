! Kernels as Fortran has them: arrays that cannot overlap, columns that lie one after the other.
subroutine f_triad(n, a, b, c) bind(c)
  use iso_c_binding
  implicit none
  integer(c_size_t), value :: n
  real(c_double), intent(out) :: a(n)
  real(c_double), intent(in) :: b(n), c(n)
  integer(c_size_t) :: i
  do i = 1, n
    a(i) = b(i) + 3 * c(i)
  end do
end subroutine

! Row by row over an array that lies column by column: a stride of the whole column.
subroutine f_rows(n, m, a, total) bind(c)
  use iso_c_binding
  implicit none
  integer(c_size_t), value :: n, m
  real(c_double), intent(in) :: a(n, m)
  real(c_double), intent(inout) :: total
  integer(c_size_t) :: i, j
  do i = 1, n, 8
    do j = 1, m
      total = total + a(i, j)
    end do
  end do
end subroutine

! Coefficients by Horner's rule: each step waits for the one before.
subroutine f_horner(n, m, a, total) bind(c)
  use iso_c_binding
  implicit none
  integer(c_size_t), value :: n, m
  real(c_double), intent(in) :: a(n)
  real(c_double), intent(inout) :: total
  integer(c_size_t) :: i, k
  real(c_double) :: x
  x = 0
  do k = 1, m
    do i = 1, n
      x = x * 0.5_c_double + a(i)
    end do
  end do
  total = total + x
end subroutine
