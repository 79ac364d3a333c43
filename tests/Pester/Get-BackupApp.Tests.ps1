Describe 'Get-BackupApp' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $root = New-TestApp
        $null = Register-BackupApp shop.example.com -Version 3 -DataDirectory "$root/shop"
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'lists all apps by location' {
        (Get-BackupApp).Location | Should -Be 'shop.example.com', 'wiki.example.com'
    }

    It 'takes locations and wildcards as a parameter' {
        (Get-BackupApp WIKI.example.com).Location | Should -Be wiki.example.com
        (Get-BackupApp -Location wiki*, shop*).Location | Should -Be 'wiki.example.com', 'shop.example.com'
    }

    It 'takes locations from the pipeline, also by property name' {
        ('shop*' | Get-BackupApp).Location | Should -Be shop.example.com
        ([pscustomobject] @{ Location = 'wiki.example.com' } | Get-BackupApp).Location | Should -Be wiki.example.com
    }

    It 'tells when an app was last backed up' {
        (Get-BackupApp shop*).LastBackup | Should -BeNullOrEmpty
        $backup = New-AppBackup wiki.example.com
        (Get-BackupApp wiki*).LastBackup | Should -Be $backup.Created
    }

    It 'is silent when a pattern matches nothing, and names a missing app' {
        Get-BackupApp z* | Should -BeNullOrEmpty
        { Get-BackupApp nobody -ErrorAction Stop } | Should -Throw -ErrorId 'AppNotFound,CloudBackup.Commands.GetBackupAppCommand'
    }
}
